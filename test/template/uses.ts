import { deadLetterTopicOf } from '#functions/sinks/routes.ts';
import type { CompiledTemplate } from '#msk';
import type { Code } from './code.ts';
import { misfits, type Use } from './grants.ts';
import { functions, type LambdaFunction, mappings, statements } from './rules/functions.ts';

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

/** What each function asks of a domain: the methods of its requests. A collection has one action for all. */
const searched: Record<string, string[]> = {
  'functions/sinks/indexAlerts.handler': ['es:ESHttpPost'],
  'functions/ops/expireAlerts.handler': ['es:ESHttpGet', 'es:ESHttpDelete'],
  'functions/ops/prepareSearch.handler': ['es:ESHttpGet', 'es:ESHttpPut'],
};
const ofCollection = ['aoss:APIAccessAll'];

/** Producers in a bundle that send nothing, with the reason. */
const writesNone: Record<string, string> = {
  'functions/sinks/archiveToS3.handler': 'the archive takes any bytes, so it has no dead letters',
};

/**
 * What every function's role lacks or has too much, a line each.
 * @param codes by handler, of all handlers of the template
 */
export function roleMisfits(template: CompiledTemplate, codes: ReadonlyMap<string, Code>): string[] {
  return functions(template).flatMap(([id, fn]) =>
    misfits(statements(template, fn), useOf(template, id, fn, codes)).map((misfit) => `${id} ${misfit}`),
  );
}

function useOf(template: CompiledTemplate, id: string, fn: LambdaFunction, codes: ReadonlyMap<string, Code>): Use {
  const { Handler, Environment } = fn;
  const own = mappings(template).filter(([, { FunctionName }]) => FunctionName === `${id}.Arn`);
  const reads = own.flatMap(([, { Topics }]) => Topics);
  const actions = searched[Handler] ?? [];
  return {
    code: codeFor(Handler, codes),
    reads,
    writes: [...new Set([...toldOf(fn), ...deadLettersOf(Handler, reads)])],
    writesNone: writesNone[Handler],
    searches: actions.length && Environment.Variables['OPENSEARCH_AUTH'] === 'aoss' ? ofCollection : actions,
    registry: own.some(([, mapping]) => mapping.AmazonManagedKafkaEventSourceConfig?.SchemaRegistryConfig),
    uncalled: uncalled[Handler] ?? [],
  };
}

/** Topics that its variables name. */
function toldOf({ Environment }: LambdaFunction): string[] {
  return Object.entries(Environment.Variables).flatMap(([name, value]) => (name.endsWith('_TOPIC') ? value : []));
}

/** A sink is told of none: routes.ts says where a refused record of each of its topics goes. */
function deadLettersOf(handler: string, reads: readonly string[]): string[] {
  if (!handler.startsWith('functions/sinks/') || writesNone[handler]) return [];
  return reads.map(deadLetterTopicOf);
}

/** Of the handler, or of the ones that it loads. */
function codeFor(handler: string, codes: ReadonlyMap<string, Code>): Code {
  const all = (composed[handler] ?? [handler]).flatMap((name) => codes.get(name) ?? []);
  return {
    commands: new Set(all.flatMap(({ commands }) => [...commands])),
    kafka: all.some(({ kafka }) => kafka),
    search: all.some(({ search }) => search),
  };
}
