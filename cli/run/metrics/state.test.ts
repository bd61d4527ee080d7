import type { Server } from '#local/servers/server.ts';
import type { MetricFamily } from '#msk';
import type { RunningGenerator } from '#proof/load/generator.ts';
import { createManifest } from '#proof/load/manifest.ts';
import { generatorFamilies, serverFamilies, windowFamilies } from './state.ts';

const valuesOf = (families: MetricFamily[]) =>
  Object.fromEntries(
    families.flatMap(({ name, samples }) =>
      samples.map(({ labels, value }) => [[name, ...Object.values(labels)].join(' '), value]),
    ),
  );

test('a server that doesn’t answer is down, and has no time', async () => {
  const server = (name: string, answers: boolean) => ({ name, answers: async () => answers }) as Server;
  expect(valuesOf(await serverFamilies([server('kafka', true), server('s3', false)]))).toEqual({
    'pipeline_server_up kafka': 1,
    'pipeline_server_up s3': 0,
    'pipeline_server_answer_seconds kafka': expect.any(Number),
  });
});

test('an open window is as old as the time since it was first seen', () => {
  let now = 1_000;
  const families = windowFamilies(() => now);
  const seen = (...open: [start: number, partition: number][]) =>
    Object.values(valuesOf(families(open.map(([start, partition]) => ({ start, partition })))));

  expect(seen([60, 0])).toEqual([1, 0]);
  now += 5_000;
  expect(seen([60, 0], [60, 1], [120, 0])).toEqual([2, 5]);
  now += 5_000;
  expect(seen([60, 1])).toEqual([1, 5]);
  now += 5_000;
  expect(seen()).toEqual([0, 0]);
  expect(seen([60, 0])).toEqual([1, 0]);
});

test('generators count the acknowledged records of each topic', () => {
  const manifest = createManifest(1, 0, []);
  manifest.topics = { orders: { acknowledged: 7, bad: 2 } };
  expect(valuesOf(generatorFamilies(new Map([['orders', { manifest } as unknown as RunningGenerator]])))).toEqual({
    'pipeline_generated_records_total orders orders': 7,
    'pipeline_generated_bad_records_total orders orders': 2,
    'pipeline_generated_uncertain_records_total orders': 0,
  });
});
