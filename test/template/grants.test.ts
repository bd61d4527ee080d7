import type { CompiledTemplate } from '#msk';
import { plainTemplates, templates } from './check/variants.ts';
import { type Bundle, codeOf } from './code.ts';
import { PACKAGING_MS } from './compiled.ts';
import { functions, roleOf } from './rules/functions.ts';
import { roleRules } from './rules/roles.ts';
import { properties } from './rules/rule.ts';
import { roleMisfits } from './uses.ts';

let compiled: Map<string, CompiledTemplate>;
let codes: Map<string, Bundle>;
beforeAll(async () => {
  compiled = await plainTemplates();
  const handlers = [...compiled.values()].flatMap(functions).map(([, { Handler }]) => Handler);
  codes = await codeOf([...new Set(handlers)]);
}, PACKAGING_MS);

test.each(Object.keys(templates))('%s: every role allows what its function calls, and nothing else', (name) => {
  expect(roleMisfits(compiled.get(name) as CompiledTemplate, codes)).toEqual([]);
});

test('no bundle is larger than a cold start allows', () => {
  const sizes = [...codes].map(([handler, { kilobytes, largest }]) => ({ handler, kilobytes, largest }));

  expect(sizes.filter(({ kilobytes, largest }) => kilobytes > largest)).toEqual([]);
});

/** A variant with a serverless search and notifications, which prod lacks. */
const [variant = ''] = Object.entries(templates)
  .filter(([, { params }]) => params['search'] === 'serverless' && params['notifications'] === 'on')
  .map(([name]) => name);

interface RawStatement {
  Action: string | string[];
  Resource: string | string[];
}
type Change = (statements: RawStatement[]) => RawStatement[];

/** Removes the action; with `topic`, only on that topic. */
const without =
  (action: string, topic?: string): Change =>
  (all) =>
    all.flatMap(({ Action, Resource }) => {
      const actions = [Action].flat();
      if (!actions.includes(action)) return { Action, Resource };
      const others = { Action: actions.filter((name) => name !== action), Resource };
      const elsewhere = [Resource].flat().filter((arn) => topic && !arn.endsWith(`/${topic}`));
      return [others, { Action: action, Resource: elsewhere }].filter(({ Resource: arns }) => arns.length > 0);
    });
const and =
  (Action: string, Resource = '*'): Change =>
  (all) => [...all, { Action, Resource }];

function changed(name: string, stem: string, change: Change): CompiledTemplate {
  const template = structuredClone(compiled.get(name) as CompiledTemplate);
  const added = change([]).length;
  for (const [index, policy] of roleOf(template, properties(template, `${stem}LambdaFunction`)).Policies.entries()) {
    const statements = change(policy.PolicyDocument.Statement);
    // New statements, which are the last ones, go into the first policy only.
    policy.PolicyDocument.Statement = index === 0 ? statements : statements.slice(0, statements.length - added);
  }
  return template;
}

const topicArn = (name: string) => `arn:aws:kafka:us-east-1:000000000000:topic/pipeline/uuid/${name}`;
const WRITE = 'kafka-cluster:WriteData';
const READ = 'kafka-cluster:ReadData';

test.each<[stem: string, misfit: string, change: Change, of?: string]>([
  ['ArchiveToS3', 'lacks s3:PutObject', without('s3:PutObject')],
  ['ArchiveToS3', 'may dynamodb:Scan, but does not need it', and('dynamodb:Scan')],
  ['IndexAlerts', 'lacks es:ESHttpPost', without('es:ESHttpPost')],
  ['IndexAlerts', 'may es:ESHttpDelete, but does not need it', and('es:ESHttpDelete')],
  ['ExpireAlerts', 'lacks es:ESHttpDelete', without('es:ESHttpDelete')],
  ['PrepareSearch', 'may es:ESHttpPost, but does not need it', and('es:ESHttpPost')],
  ['ExpireAlerts', 'lacks aoss:APIAccessAll', without('aoss:APIAccessAll'), variant],
  ['IndexAlerts', 'may es:ESHttpPost, but does not need it', and('es:ESHttpPost'), variant],
  ['NotifyAlerts', 'lacks sns:Publish', without('sns:Publish'), variant],
  ['NotifyAlerts', 'lacks kms:GenerateDataKey', without('kms:GenerateDataKey'), variant],
  ['InsertIntoRds', `lacks ${WRITE} on user-login-dlq`, without(WRITE, 'user-login-dlq')],
  ['IndexAlerts', `lacks ${WRITE} on raw-data-dlq`, without(WRITE)],
  ['UpsertIntoDynamodb', `may ${WRITE} on orders, but does not need it`, and(WRITE, topicArn('orders'))],
  ['ArchiveToS3', `may ${WRITE} on demo-dlq, but does not need it`, and(WRITE, topicArn('demo-dlq'))],
  ['CloseWindows', `may ${READ} on orders, but does not need it`, and(READ, topicArn('orders'))],
  ['ProcessOrder', 'lacks kafka-cluster:AlterGroup', without('kafka-cluster:AlterGroup')],
])('finds a changed role: %s %s', (stem, misfit, change, of = 'prod') => {
  expect(roleMisfits(changed(of, stem, change), codes)).toEqual([`${stem}LambdaFunction ${misfit}`]);
});

test('finds a role that may publish to another topic than the one in the environment', () => {
  const other: Change = (all) => and('sns:Publish', 'AlarmsTopic')(without('sns:Publish')(all));
  const found = roleRules.flatMap((rule) => rule.check(changed(variant, 'NotifyAlerts', other)));

  expect(found).toEqual([
    'NotifyAlertsLambdaFunction: NOTIFICATIONS_TOPIC_ARN is NotificationsTopic, but its role has none of sns:Publish on it',
  ]);
});

test('finds a function whose topics or OpenSearch actions are not listed', () => {
  const clients = { commands: new Set<string>(), kafka: true, search: true, kilobytes: 0, largest: 0 };
  const known = new Map(codes).set('functions/ops/migrate.handler', clients);

  expect(roleMisfits(compiled.get('prod') as CompiledTemplate, known)).toEqual(
    expect.arrayContaining([
      'MigrateLambdaFunction has a Kafka client, but no topic to write to',
      'MigrateLambdaFunction has an OpenSearch client, but no actions are listed for it',
    ]),
  );
});

test('finds the SDK commands of a sink in its bundle', () => {
  expect([...(codes.get('functions/sinks/archiveToS3.handler')?.commands ?? [])]).toEqual(
    expect.arrayContaining(['s3:PutObject', 's3:HeadObject', 'dynamodb:GetItem', 'dynamodb:UpdateItem']),
  );
});
