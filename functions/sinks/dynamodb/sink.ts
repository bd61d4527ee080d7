import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Failure, recordsOf } from '#lib/kafka/batch.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { firstCoordinates } from '#lib/kafka/redrive.ts';
import type { Item } from '#lib/stores/attributes.ts';
import type { ConditionalWrite, WriteIf } from '#lib/stores/conditional-writes.ts';
import type { Replacement } from '#lib/stores/partiql.ts';
import { type ItemKind, routeOf } from '../routes.ts';
import type { Sink } from '../sink.ts';
import { type Clock, entities, type Stays } from './items.ts';
import { versionOf } from './version.ts';

export interface DynamodbSinkOptions {
  readonly write: WriteIf;
  readonly tables: Readonly<Record<ItemKind, string>>;
  readonly tombstoneDays: number;
  readonly loginDays: number;
  readonly now?: () => number;
}

/** The state of an entity, as one record has it. */
interface State {
  readonly record: KafkaRecord;
  /** table and key as one text */
  readonly key: string;
  /** the key; also the partition, where records are ordered only within a partition */
  readonly entity: string;
  /** a newer state has a greater rank */
  readonly rank: string;
  readonly write: ConditionalWrite;
}

/** All states of an entity in a batch, the newest first. */
interface Entity {
  readonly states: readonly State[];
  /** the index of the newest state that DynamoDB hasn't rejected */
  readonly first: number;
}

/**
 * Keeps each entity's latest state with conditional writes: it writes only the newest state of a batch, and never over
 * a newer one.
 */
export function dynamodbSink({ write, tables, now = Date.now, ...retention }: DynamodbSinkOptions): Sink {
  return {
    async write(batch) {
      const clock: Clock = { now: now(), ...retention };
      const { done, failures } = eachRecord(recordsOf(batch), (record) => statesOf(record, tables, clock));
      const states = done.flatMap(({ result }) => result);
      let open: Entity[] = [...Map.groupBy(states, ({ entity }) => entity).values()].map((own) => ({
        states: own.toSorted(newestFirst),
        first: 0,
      }));
      const failed: Failure[] = [];
      while (open.length > 0) {
        const { present, later } = withDifferentKeys(open);
        const outcomes = await write(present.map(newestWrite), batch.deadline);
        open = later;
        for (const [index, { states, first }] of present.entries()) {
          const outcome = outcomes[index];
          if (outcome?.status !== 'failed') continue;
          const { error } = outcome;
          // The newest state stands for the others: after a retriable failure all are handed back.
          const own = error.retriable ? states : states.slice(first, first + 1);
          failed.push(...own.map(({ record }) => ({ record, error })));
          if (!error.retriable && first + 1 < states.length) open.push({ states, first: first + 1 });
        }
      }
      return [...failures, ...oncePerRecord(failed)];
    },
  };
}

/** The states of two partitions may be of the same item: one of them is written later, as a call can't have both. */
function withDifferentKeys(entities: readonly Entity[]): { present: Entity[]; later: Entity[] } {
  const keys = new Set<string | undefined>();
  const [present, later]: [Entity[], Entity[]] = [[], []];
  for (const entity of entities) {
    const key = entity.states[0]?.key;
    (keys.has(key) ? later : present).push(entity);
    keys.add(key);
  }
  return { present, later };
}

function newestWrite({ states, first }: Entity): ConditionalWrite {
  return (states[first] as State).write;
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
  const { key: names, stays, optional = [], item: itemOf } = entities[kind];
  const item = itemOf(record, clock);
  if (item === undefined) return undefined;
  const key = JSON.stringify([kind, ...names.map((name) => item[name])]);
  const over = conditions[stays]?.(item);
  return {
    record,
    key,
    entity: stays === 'last' ? `${key} ${record.partition}` : key,
    rank: stays === 'last' ? versionOf(0, firstCoordinates(record)) : (item['version']?.S ?? ''),
    write: { table: tables[kind], key: names, item, ...(over && { replaces: { ...over, optional } }) },
  };
}

/** The condition on the stored item, by which record stays. Items of an older version of this service have no partition. */
const conditions: Readonly<Partial<Record<Stays, (item: Item) => Omit<Replacement, 'optional'>>>> = {
  newest: (item) => ({
    condition: '"version" IS MISSING OR "version" < ?',
    parameters: values(item, 'version'),
  }),
  last: (item) => ({
    condition:
      '"version" IS MISSING OR ("partition" = ? AND "offset" < ?) OR ' +
      '(("partition" IS MISSING OR "partition" <> ?) AND "version" < ?)',
    parameters: values(item, 'partition', 'offset', 'partition', 'version'),
  }),
};

function values(item: Item, ...names: string[]): AttributeValue[] {
  return names.map((name) => item[name] ?? { NULL: true });
}
