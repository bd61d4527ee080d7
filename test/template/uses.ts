import { deadLetterTopicOf, routeOf } from '#functions/sinks/routes.ts';
import type { CompiledTemplate } from '#msk';
import type { Code } from './code.ts';
import { misfits, type Use } from './grants.ts';
import { functions, type LambdaFunction, mappings, statements } from './rules/functions.ts';
import { topics } from './rules/kafka.ts';

/** Functions that import others dynamically, with these. A bundler keeps all code of a dynamic import. */
const composed: Record<string, string[]> = {
  'functions/ops/setUp.handler': ['functions/ops/migrate.handler', 'functions/ops/seedCatalogue.handler'],
};

/** Commands in a bundle that the function never calls. */
const uncalled: Record<string, string[]> = {
  // The same store has the command for aggregateOrders.
  'functions/orders/closeWindows.handler': ['dynamodb:UpdateItem'],
  // The same object has methods for statements and for transactions.
  'functions/sinks/insertIntoRds.handler': [
    'rds-data:BeginTransaction',
    'rds-data:CommitTransaction',
    'rds-data:RollbackTransaction',
  ],
  // The same stores have the commands of those who write to them.
  'functions/ops/verifyArchive.handler': ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  'functions/ops/smoke.handler': [
    'rds-data:BeginTransaction',
    'rds-data:CommitTransaction',
    'rds-data:RollbackTransaction',
  ],
  'functions/api/readRecords.handler': [
    'rds-data:BeginTransaction',
    'rds-data:CommitTransaction',
    'rds-data:RollbackTransaction',
  ],
};

/** The HTTP methods of each function on a domain. A collection has a single action. */
const searched: Record<string, string[]> = {
  'functions/sinks/indexAlerts.handler': ['es:ESHttpPost'],
  'functions/ops/expireAlerts.handler': ['es:ESHttpGet', 'es:ESHttpDelete'],
  'functions/ops/prepareSearch.handler': ['es:ESHttpGet', 'es:ESHttpPut'],
};
const ofCollection = ['aoss:APIAccessAll'];

/** Functions that ask Kafka for the offsets of every topic and group. */
const offsets = ['functions/api/readPipeline.handler'];

/** Functions with a Kafka client in the bundle that send nothing, with the reason. */
const writesNone: Record<string, string> = {
  'functions/api/readPipeline.handler': 'it only asks for offsets',
  'functions/sinks/archiveToS3.handler': 'the archive accepts any bytes, so it has no dead letters',
  'functions/ops/verifyArchive.handler': 'it only reads',
};

/**
 * A line for each permission that a function's role lacks, or doesn't need.
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
    fetches: readsEach.includes(Handler) ? topicsOf(template) : [],
    writes: [
      ...new Set([...topicsInEnvironment(fn), ...deadLettersOf(Handler, reads), ...operated(Handler, template)]),
    ],
    writesNone: writesNone[Handler],
    offsets: offsets.includes(Handler),
    password: Environment.Variables['KAFKA_AUTH'] === 'scram',
    searches: actions.length && Environment.Variables['OPENSEARCH_AUTH'] === 'aoss' ? ofCollection : actions,
    registry: own.some(([, mapping]) => mapping.AmazonManagedKafkaEventSourceConfig?.SchemaRegistryConfig),
    uncalled: uncalled[Handler] ?? [],
  };
}

const REDRIVE = 'functions/ops/redrive.handler';
const REPLAY = 'functions/ops/replay.handler';
/** Functions that read every topic without a mapping. */
const readsEach = [REDRIVE, REPLAY, 'functions/ops/verifyArchive.handler'];

/** Topics that an operator's function writes to: a redrive to those with a dead-letter topic, a replay to any. */
function operated(handler: string, template: CompiledTemplate): string[] {
  if (handler === REPLAY) return topicsOf(template);
  return handler === REDRIVE ? topicsOf(template).filter((topic) => routeOf(topic).deadLetterTopic !== null) : [];
}

const topicsOf = (template: CompiledTemplate) => topics(template).map(({ TopicName }) => TopicName);

/** Topics in its environment. */
function topicsInEnvironment({ Environment }: LambdaFunction): string[] {
  return Object.entries(Environment.Variables).flatMap(([name, value]) => (name.endsWith('_TOPIC') ? value : []));
}

/** A sink has none in its environment: routes.ts has the dead-letter topic of each topic. */
function deadLettersOf(handler: string, reads: readonly string[]): string[] {
  if (!handler.startsWith('functions/sinks/') || writesNone[handler]) return [];
  return reads.map(deadLetterTopicOf);
}

/** Code of the handler, or of the handlers that it imports. */
function codeFor(handler: string, codes: ReadonlyMap<string, Code>): Code {
  const all = (composed[handler] ?? [handler]).flatMap((name) => codes.get(name) ?? []);
  return {
    commands: new Set(all.flatMap(({ commands }) => [...commands])),
    kafka: all.some(({ kafka }) => kafka),
    search: all.some(({ search }) => search),
  };
}
