import { entities } from '#functions/sinks/dynamodb/items.ts';
import { dynamodbSink } from '#functions/sinks/dynamodb/sink.ts';
import { KAFKA_TIME } from '#test/support/msk-event.ts';
import { DynamodbModel } from '../stores/dynamodb.ts';
import type { System } from '../system.ts';
import { Violation, type World } from '../world.ts';
import { Delivery, type LogRecord, logOf } from './delivery.ts';

const KINDS = Object.keys(entities) as (keyof typeof entities)[];
const TABLES = Object.fromEntries(KINDS.map((kind) => [kind, kind])) as Readonly<Record<keyof typeof entities, string>>;
const KEYS = Object.fromEntries(KINDS.map((kind) => [kind, entities[kind].key]));
const REJECTED_SPEED = '999';

/** What a topic's records must have become. */
interface Kind {
  log(world: World): LogRecord[];
  /** key of an entity -> `source` or offset of the record that stays */
  expected(log: readonly LogRecord[]): Map<string, string>;
  /** the same of an item */
  stored: readonly [key: string, stays: string];
}

const speedOf = ({ value }: LogRecord) => String((value as { speed?: number }).speed);
const timeOf = ({ value }: LogRecord) => (value as { timestamp: string }).timestamp;

const isNewer = (one: LogRecord, other: LogRecord) => one.partition === other.partition && timeOf(one) >= timeOf(other);

/** The newest state of each vehicle stays, by event time, then by the place of the raw reading. */
const vehicles: Kind = {
  log: (world) =>
    logOf(world, 'processed-data-topic', (index, partition) => {
      const bad = world.choices.work(8) === 7;
      const vehicleId = `V${world.choices.work(2) + 2 * partition}`;
      const timestamp = `2026-01-01T00:00:0${world.choices.work(4)}.000Z`;
      const speed = bad ? Number(REJECTED_SPEED) : world.choices.oneOf(undefined, 5);
      const place = { location: '1,2', latitude: 1, longitude: 2 };
      return {
        value: { vehicleId, ...place, timestamp, speed },
        headers: { source: `raw-data-topic-0-${index}` },
        bad,
      };
    }),
  expected(log) {
    const newest = new Map<string, LogRecord>();
    for (const record of log) {
      const { vehicleId } = record.value as { vehicleId: string };
      const before = newest.get(vehicleId);
      if (!record.bad && (!before || timeOf(record) >= timeOf(before))) newest.set(vehicleId, record);
    }
    const shown = (record: LogRecord) => `${String(record.headers?.['source'])} at ${speedOf(record)}`;
    return new Map([...newest].map(([key, record]) => [key, shown(record)]));
  },
  stored: ['vehicleId', 'source'],
};

/** The last trip in a vehicle's partition stays, whatever its time. A tombstone is a trip too. */
const trips: Kind = {
  log: (world) =>
    logOf(world, 'trips-topic', (_, partition) => {
      const vehicleId = `V${world.choices.work(2) + 2 * partition}`;
      const trip = { vehicleId, tripId: 't', destination: '1,2', plannedArrival: '2026-01-01T00:00:00Z' };
      const timestamp = KAFKA_TIME + 1_000 * world.choices.work(5);
      return { key: vehicleId, value: world.choices.oneOf(trip, null), timestamp };
    }),
  expected: (log) => new Map(log.map(({ key, offset }) => [String(key), String(offset)])),
  stored: ['vehicleId', 'offset'],
};

/** Every record stays. */
const generic: Kind = {
  log: (world) => logOf(world, 'demo_topic', (index) => ({ value: { index } })),
  expected: (log) =>
    new Map(log.map(({ topic, partition, offset }) => [`${topic}-${partition}-${offset}`, String(offset)])),
  stored: ['topicPartition', 'offset'],
};

/** Of each entity, the item is that of the record that must stay. */
export const system: System = {
  async play(world) {
    const kind = world.choices.oneOf(vehicles, trips, generic);
    const log = kind.log(world);
    const table = new DynamodbModel(world, KEYS);
    const delivery = new Delivery(world, log, (actor) => {
      const write = table.attach(actor, ({ speed }) => speed?.N === REJECTED_SPEED);
      const sink = dynamodbSink({ write, tables: TABLES, tombstoneDays: 30, loginDays: 365 });
      return (batch) => sink.write(batch);
    });
    await delivery.run();

    // A batch has only the newest state of a vehicle written, so another one may never be refused.
    delivery.checkDeadLetters((record) => log.some((other) => other !== record && isNewer(other, record)));
    const [key, stays] = kind.stored;
    const found = [...table.items.values()].map((item) => {
      const [name, value] = [item[key]?.S, item[stays]?.S ?? item[stays]?.N];
      if (kind === generic) return `${name}-${value}: ${value}`;
      return kind === vehicles ? `${name}: ${value} at ${item['speed']?.N}` : `${name}: ${value}`;
    });
    const expected = [...kind.expected(log)].map((entry) => entry.join(': '));
    if (found.toSorted().join() !== expected.toSorted().join()) {
      throw new Violation(`the items are ${found.join('; ')}, and should be ${expected.join('; ')}`);
    }
  },
};
