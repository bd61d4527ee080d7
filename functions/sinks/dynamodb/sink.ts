import { type Deadline, retry } from '#lib/deadline.ts';
import { toPipelineError } from '#lib/errors.ts';
import { type Failure, recordsOf } from '#lib/kafka/batch.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { sideBySide } from '#lib/side-by-side.ts';
import type { Item } from '#lib/stores/attributes.ts';
import type { ConditionalPut, PutIf } from '#lib/stores/conditional-put.ts';
import { type ItemKind, routeOf } from '../routes.ts';
import type { Sink } from '../sink.ts';
import { type Clock, entities, type Stays } from './items.ts';
import { versionOf } from './version.ts';

/** More puts at once gain little: a table's partition, or DynamoDB Local, is the limit. */
const PUTS_AT_ONCE = 20;

export interface DynamodbSinkOptions {
  readonly put: PutIf;
  readonly tables: Readonly<Record<ItemKind, string>>;
  readonly tombstoneDays: number;
  readonly loginDays: number;
  readonly now?: () => number;
}

/** The state of an entity, as one record has it. */
interface State {
  readonly record: KafkaRecord;
  /** table and key as one text; also the partition, where records are ordered only within a partition */
  readonly entity: string;
  /** a newer state has a greater rank */
  readonly rank: string;
  readonly put: ConditionalPut;
}

/**
 * Keeps each entity's latest state with conditional puts: it puts only the newest state of a batch, and never over a
 * newer one.
 */
export function dynamodbSink({ put, tables, now = Date.now, ...retention }: DynamodbSinkOptions): Sink {
  /**
   * Puts the newest state. If DynamoDB rejects its content, the next older state is put. After a retriable failure all
   * states are handed back, as the newest one stands for the others.
   */
  async function writeEntity(states: readonly State[], deadline: Deadline): Promise<Failure[]> {
    const rejected: Failure[] = [];
    for (const state of states.toSorted(newestFirst)) {
      try {
        await retry(() => put(state.put, deadline), { deadline });
        return rejected;
      } catch (thrown) {
        const error = toPipelineError(thrown);
        if (error.retriable) return states.map(({ record }) => ({ record, error }));
        rejected.push({ record: state.record, error });
      }
    }
    return rejected;
  }

  return {
    async write(batch) {
      const clock: Clock = { now: now(), ...retention };
      const { done, failures } = eachRecord(recordsOf(batch), (record) => statesOf(record, tables, clock));
      const states = done.flatMap(({ result }) => result);
      const byEntity = [...Map.groupBy(states, ({ entity }) => entity).values()];
      const failed = await sideBySide(byEntity, PUTS_AT_ONCE, (own) => writeEntity(own, batch.deadline));
      return [...failures, ...oncePerRecord(failed.flat())];
    },
  };
}

const newestFirst = (a: State, b: State) => (a.rank < b.rank ? 1 : a.rank > b.rank ? -1 : 0);

/**
 * A record may fail in two tables, but is one failure. A retriable failure wins, as a record that comes again must not
 * be a dead letter.
 */
function oncePerRecord(failures: readonly Failure[]): Failure[] {
  const byRecord = new Map<KafkaRecord, Failure>();
  for (const failure of failures) {
    if (failure.error.retriable || !byRecord.has(failure.record)) byRecord.set(failure.record, failure);
  }
  return [...byRecord.values()];
}

type Tables = DynamodbSinkOptions['tables'];

function statesOf(record: KafkaRecord, tables: Tables, clock: Clock): State[] {
  return routeOf(record.topic).dynamodb.flatMap((kind) => stateOf(kind, record, tables, clock) ?? []);
}

function stateOf(kind: ItemKind, record: KafkaRecord, tables: Tables, clock: Clock): State | undefined {
  const { key, stays, item: itemOf } = entities[kind];
  const item = itemOf(record, clock);
  if (item === undefined) return undefined;
  const own = [kind, ...key.map((name) => item[name])];
  return {
    record,
    entity: JSON.stringify(stays === 'last' ? [...own, record.partition] : own),
    rank: stays === 'last' ? versionOf(0, record) : (item['version']?.S ?? ''),
    put: { TableName: tables[kind], Item: item, ...conditions[stays](item, key[0]) },
  };
}

type Condition = Omit<ConditionalPut, 'TableName' | 'Item'>;

/** The condition on the existing item, by which record stays. */
const conditions: Readonly<Record<Stays, (item: Item, key: string) => Condition>> = {
  first: (_, key) => ({
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': key },
  }),
  newest: (item) => ({
    ConditionExpression: 'attribute_not_exists(#version) OR #version < :version',
    ...values(item, 'version'),
  }),
  // NOT =, as items of an older version have no partition.
  last: (item) => ({
    ConditionExpression:
      'attribute_not_exists(#version) OR (#partition = :partition AND #offset < :offset) OR ' +
      '(NOT #partition = :partition AND #version < :version)',
    ...values(item, 'version', 'partition', 'offset'),
  }),
};

/** Attributes of an item as `#name` and `:name`. */
function values(item: Item, ...names: string[]): Omit<Condition, 'ConditionExpression'> {
  return {
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, item[name] ?? { NULL: true }])),
  };
}
