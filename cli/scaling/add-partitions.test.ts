import { jest } from '@jest/globals';
import type { Admin } from 'kafkajs';
import type { Cluster } from '#msk';
import { addPartitions } from './add-partitions.ts';
import { COUNTED_BY_PARTITION } from './care.ts';
import { unrest } from './quiet.ts';

const PRODUCING = Object.values(COUNTED_BY_PARTITION)[0] as (typeof COUNTED_BY_PARTITION)[string];

const { signal } = new AbortController();
const ADDITION = { topic: 'processed-orders', count: 4, dryRun: false, anyway: false, signal };

/** A cluster with `orders` in one partition, whose end is another one each time that it is asked for. */
function clusterWith({ committed, ends, partitions = 4 }: { committed?: number; ends: number[]; partitions?: number }) {
  return {
    committed: async () => new Map(committed === undefined ? [] : [[0, committed]]),
    offsetsAt: async (topic: string, place: string) => {
      if (topic !== PRODUCING.from) return new Map(Array.from({ length: partitions }, (_, own) => [own, 0]));
      return new Map([[0, place === 'first' ? 2 : ((ends.length > 1 ? ends.shift() : ends[0]) as number)]]);
    },
  } as unknown as Cluster;
}

test.each([
  ['everything is committed', { committed: 5, ends: [5] }, undefined],
  ['the topic never had a record, or retention removed all of them', { ends: [2] }, undefined],
  ['nothing was committed yet', { ends: [5] }, "processOrder hasn't finished 3 records of orders"],
  ['a batch is in flight', { committed: 4, ends: [5] }, "processOrder hasn't finished 1 records of orders"],
  ['a record comes', { committed: 5, ends: [5, 5, 6] }, '1 records came to orders within 0.001 s'],
])('%s', async (_, state, why) => {
  expect(await unrest(clusterWith(state), PRODUCING, 1)).toBe(why);
});

test('orders that came while the partitions were added are told, and the exit code is 1', async () => {
  jest.spyOn(console, 'log').mockImplementation(() => {});
  const errors = jest.spyOn(console, 'error').mockImplementation(() => {});
  const createPartitions = jest.fn(async () => true);
  const admin = { createPartitions } as unknown as Admin;
  const addition = { ...ADDITION, anyway: true };

  expect(await addPartitions(admin, clusterWith({ ends: [5] }), addition)).toBe(0);
  expect(await addPartitions(admin, clusterWith({ ends: [5, 7] }), addition)).toBe(1);

  expect(errors.mock.calls.flat().join()).toContain('2 records came to orders meanwhile');
  expect(createPartitions).toHaveBeenCalledTimes(2);
  jest.restoreAllMocks();
});

test('while a batch is in flight nothing is added', async () => {
  const createPartitions = jest.fn(async () => true);
  const busy = clusterWith({ committed: 4, ends: [5] });

  await expect(addPartitions({ createPartitions } as unknown as Admin, busy, ADDITION)).rejects.toThrow('refused');
  expect(createPartitions).not.toHaveBeenCalled();
});

test('after Ctrl-C nothing is added', async () => {
  const createPartitions = jest.fn(async () => true);
  const stopped = { ...ADDITION, topic: 'orders', signal: AbortSignal.abort() };
  const cluster = clusterWith({ ends: [5] });

  await expect(addPartitions({ createPartitions } as unknown as Admin, cluster, stopped)).rejects.toThrow('stopped');
  expect(createPartitions).not.toHaveBeenCalled();
});
