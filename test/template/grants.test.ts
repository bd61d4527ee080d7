import type { CompiledTemplate } from '../../plugins/msk/contract.ts';
import { type Code, codeOf } from './code.ts';
import { plainTemplate } from './compiled.ts';
import { misfits } from './grants.ts';
import { functions, mappings, statements } from './rules/functions.ts';

/** Of functions that load others when it is their turn, which keeps a bundler from shaking them: those others. */
const composed: Record<string, string[]> = {
  'functions/ops/setUp.handler': ['functions/ops/migrate.handler', 'functions/ops/seedCatalogue.handler'],
};

/** Commands in a bundle that the function never calls, with the reason. */
const uncalled: Record<string, string[]> = {
  // Joining a window is a batch's part of the same store.
  'functions/orders/closeWindows.handler': ['dynamodb:UpdateItem'],
  // One object has both: execute and transaction.
  'functions/sinks/insertIntoRds.handler': [
    'rds-data:BeginTransaction',
    'rds-data:CommitTransaction',
    'rds-data:RollbackTransaction',
  ],
  'functions/ops/smoke.handler': [
    'rds-data:BeginTransaction',
    'rds-data:CommitTransaction',
    'rds-data:RollbackTransaction',
  ],
};

let template: CompiledTemplate;
let codes: Map<string, Code>;
beforeAll(async () => {
  template = await plainTemplate('prod');
  const handlers = functions(template).map(([, { Handler }]) => Handler);
  codes = await codeOf(handlers);
}, 180_000);

/** Of the handler, or of the ones that it loads. */
function codeFor(handler: string): Code {
  const all = (composed[handler] ?? [handler]).flatMap((name) => codes.get(name) ?? []);
  return {
    commands: new Set(all.flatMap(({ commands }) => [...commands])),
    kafka: all.some(({ kafka }) => kafka),
    search: all.some(({ search }) => search),
  };
}

function found(): string[] {
  return functions(template).flatMap(([id, fn]) => {
    const own = mappings(template).filter(([, { FunctionName }]) => FunctionName === `${id}.Arn`);
    const registry = own.some(([, mapping]) => mapping.AmazonManagedKafkaEventSourceConfig?.SchemaRegistryConfig);
    const granted = statements(template, fn).flatMap(({ actions }) => actions);
    // The framework grants each its log group, and a policy of AWS the VPC.
    const asked = granted.filter((action) => !/^(logs|kms):/.test(action));
    const use = { code: codeFor(fn.Handler), mapped: own.length > 0, registry, uncalled: uncalled[fn.Handler] ?? [] };
    return misfits(asked, use).map((misfit) => `${id} ${misfit}`);
  });
}

test('every role allows what the code calls, and nothing more', () => {
  expect(found()).toEqual([]);
});

test('a role that allows less or more is found', () => {
  const code = { commands: new Set(['dynamodb:PutItem', 'sts:AssumeRole']), kafka: false, search: false };
  const use = { code, mapped: false, registry: false, uncalled: [] };
  const tracing = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

  expect(misfits([...tracing, 'dynamodb:PutItem'], use)).toEqual([]);
  expect(misfits(tracing, use)).toEqual(['lacks dynamodb:PutItem']);
  expect(misfits([...tracing, 'dynamodb:PutItem', 'dynamodb:Scan', 'kafka-cluster:WriteData'], use)).toEqual([
    'may dynamodb:Scan, but has no use for it',
    'may kafka-cluster:WriteData, but has no use for it',
  ]);
});

test('the code is read: what a sink calls is in its bundle', () => {
  expect([...(codes.get('functions/sinks/archiveToS3.handler')?.commands ?? [])]).toEqual(
    expect.arrayContaining(['s3:PutObject', 's3:HeadObject', 'dynamodb:GetItem', 'dynamodb:UpdateItem']),
  );
});
