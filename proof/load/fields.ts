import type { BadCause } from '../manifest.ts';
import { runAtRate } from './generator.ts';
import { badMark, createManifest, goodMark } from './manifest.ts';
import { startProducer } from './producer.ts';
import { createRandom, type Random } from './random.ts';
import type { GeneratedRecord } from './record.ts';
import { createSpoiler } from './spoiler.ts';

/** Makes a field's value. `now` is in ms since the epoch. */
export type FieldMaker = (random: Random, now: number) => unknown;

const MOST_LATE_MS = 3_000;

export const text: FieldMaker = (random) => `A-${random.below(10_000)}`;
export const number: FieldMaker = (random) => random.between(-1_000, 1_000);
export const integer: FieldMaker = (random) => random.below(1_000);
export const boolean: FieldMaker = (random) => random.chance(0.5);
export const money: FieldMaker = (random) => random.below(100_000) / 100;
export const time: FieldMaker = (random, now) => new Date(now - random.below(MOST_LATE_MS)).toISOString();

type Value = Record<string, unknown>;
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Ways in which such a record is bad, with the code of its dead letter. */
export const BAD_FIELDS: readonly (BadCause & { value: (good: Value) => Buffer | null })[] = [
  { cause: 'null value', code: 'NULL_VALUE', value: () => null },
  { cause: 'not JSON', code: 'NOT_JSON', value: (good) => json(good).subarray(0, -1) },
  { cause: 'JSON array', code: 'NOT_AN_OBJECT', value: (good) => json([good]) },
  {
    cause: 'a field missing',
    code: 'SCHEMA',
    value: (good) => json(Object.fromEntries(Object.entries(good).slice(1))),
  },
];

export interface FieldsLoad {
  topic: string;
  /** records per second */
  rate: number;
  /** what makes each field */
  fields: Readonly<Record<string, FieldMaker>>;
}

/** A load of records that are made field by field. `start` throws an Error if the brokers can't be reached. */
export function fieldsLoad({ topic, rate, fields }: FieldsLoad) {
  return {
    causes: BAD_FIELDS,
    async start({ seed, bad }: { seed: number; bad: number }, { endpoints }: { endpoints: { kafka: string } }) {
      const brokers = endpoints.kafka;
      const manifest = createManifest(seed, Date.now(), BAD_FIELDS);
      const producer = await startProducer({ brokers, clientId: topic, topics: [topic], manifest });
      const next = recordsOf(topic, fields, seed, bad);
      return runAtRate({ brokers, seed }, rate, producer, manifest, (count, now) =>
        Array.from({ length: count }, () => next(now)),
      );
    },
  };
}

/** The same seed gives the same records, except their times. */
export function recordsOf(
  topic: string,
  fields: FieldsLoad['fields'],
  seed: number,
  bad: number,
): (now: number) => GeneratedRecord {
  const random = createRandom(seed);
  const spoiler = createSpoiler(BAD_FIELDS, bad);
  return (now) => {
    const good = Object.fromEntries(Object.entries(fields).map(([name, make]) => [name, make(random, now)]));
    const key = String(Object.values(good)[0]);
    const cause = spoiler.next();
    const spoiled = cause === undefined ? undefined : BAD_FIELDS[cause];
    if (cause !== undefined && spoiled) return { topic, key, value: spoiled.value(good), mark: badMark(cause) };
    return { topic, key, value: json(good), mark: goodMark() };
  };
}
