import type { TopicOffsets } from '#lib/kafka/client/offsets.ts';
import { lagSeconds } from './lag-seconds.ts';
import { mappingsText } from './mappings.ts';
import { readPipeline } from './read.ts';

const NOW = Date.UTC(2026, 0, 1);

/** A cluster with one record per second and partition since `ages` seconds ago, each with its time as timestamp. */
function cluster(ages: Record<string, number[]>, committed: Record<string, Record<number, number>>) {
  const asked: number[] = [];
  const each = (topics: readonly string[], offset: (records: number) => number | undefined): TopicOffsets =>
    new Map(
      topics.map((topic) => [
        topic,
        new Map(
          (ages[topic] ?? []).flatMap((records, partition) => {
            const found = offset(records);
            return found === undefined ? [] : [[partition, found] as const];
          }),
        ),
      ]),
    );
  return {
    asked,
    starts: async (topics: readonly string[]) => each(topics, () => 0),
    ends: async (topics: readonly string[]) => each(topics, (records) => records),
    since: async (topics: readonly string[], ms: number) => {
      const age = (NOW - ms) / 1_000;
      asked.push(age);
      // Record n is records - n seconds old.
      const found = each(topics, (records) => (records === 0 ? undefined : Math.max(0, records - age)));
      return new Map(
        [...found].map(([topic, offsets]) => [
          topic,
          new Map(
            [...offsets].map(([partition, offset]) => {
              const seconds = (ages[topic]?.[partition] ?? 0) - offset;
              return [partition, { offset, timestamp: NOW - seconds * 1_000 }] as const;
            }),
          ),
        ]),
      );
    },
    committed: async (group: string) => new Map(Object.entries(committed[group] ?? {}).map(([p, o]) => [Number(p), o])),
  };
}

const mapping = (topic: string, name = 'f') => ({ function: name, topic, group: `${name}-${topic}` });

test('a lag in records and in seconds, of each partition and of the mapping', async () => {
  const reader = cluster({ t: [600, 600] }, { 'f-t': { 0: 597, 1: 400 } });

  const { mappings } = await readPipeline(reader, [mapping('t')], NOW);

  expect(mappings).toEqual([
    {
      ...mapping('t'),
      lag: 203,
      lagSeconds: 200,
      partitions: [
        { partition: 0, committed: 597, end: 600, lag: 3, lagSeconds: 3 },
        { partition: 1, committed: 400, end: 600, lag: 200, lagSeconds: 200 },
      ],
    },
  ]);
});

test('what is not known is null: a group that has never committed, a record older than any age', async () => {
  const weeks = 30 * 86_400;
  const reader = cluster({ t: [10, 0], old: [weeks] }, { 'f-old': { 0: 1 } });

  const { mappings } = await readPipeline(reader, [mapping('t'), mapping('old')], NOW);

  expect(mappings).toMatchObject([
    {
      lag: null,
      lagSeconds: null,
      partitions: [
        { committed: null, lag: null, lagSeconds: null },
        { committed: null, lag: 0, lagSeconds: 0 }, // an empty partition: there is nothing to read
      ],
    },
    { lag: weeks - 1, lagSeconds: null },
  ]);
});

test('the throughput of the last minute, and the dead letters of each topic', async () => {
  const reader = cluster({ t: [600, 30], 'x-dlq': [7, 2] }, {});

  const { topics, deadLetters } = await readPipeline(reader, [mapping('t'), mapping('x-dlq')], NOW);

  expect(topics).toEqual([
    {
      topic: 't',
      end: 630,
      perSecond: 1.5,
      partitions: [
        { partition: 0, end: 600 },
        { partition: 1, end: 30 },
      ],
    },
    {
      topic: 'x-dlq',
      end: 9,
      perSecond: 0.15,
      partitions: [
        { partition: 0, end: 7 },
        { partition: 1, end: 2 },
      ],
    },
  ]);
  expect(deadLetters).toEqual([{ topic: 'x-dlq', records: 9 }]);
});

test('asks for older ages only while a record is older, and without a lag only for the throughput', async () => {
  const idle = cluster({ t: [600] }, { 'f-t': { 0: 600 } });
  const behind = cluster({ t: [600] }, { 'f-t': { 0: 500 } });

  await readPipeline(idle, [mapping('t')], NOW);
  await readPipeline(behind, [mapping('t')], NOW);

  expect(idle.asked).toEqual([60]);
  expect(Math.max(...behind.asked)).toBe(1_800);
});

test('an age is between those of the two rungs around the offset', () => {
  const rung = (age: number, offset: number) => ({ age, offset });
  const rungs = [rung(1, 90), rung(2, 90), rung(5, 30)];

  expect(lagSeconds(100, 100, rungs)).toBe(0);
  expect(lagSeconds(95, 100, rungs)).toBe(0.5);
  expect(lagSeconds(90, 100, rungs)).toBe(1);
  expect(lagSeconds(60, 100, rungs)).toBe(3.5);
  expect(lagSeconds(29, 100, rungs)).toBeUndefined();
  expect(lagSeconds(0, 10, [rung(300, 10), rung(310, 0)])).toBe(310);
});

test('the variable MAPPINGS names a group only where it is unusual', () => {
  expect(mappingsText.parse('{"f":["t",["u","f-u-v2"]]}')).toEqual([
    { function: 'f', topic: 't', group: 'f-t-v1' },
    { function: 'f', topic: 'u', group: 'f-u-v2' },
  ]);
  expect(mappingsText.safeParse('{').success).toBe(false);
  expect(mappingsText.safeParse('{"f":"t"}').success).toBe(false);
});
