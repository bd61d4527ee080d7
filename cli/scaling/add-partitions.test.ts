import { jest } from '@jest/globals';
import type { Admin } from 'kafkajs';
import type { Cluster } from '#msk';
import { type Addition, addPartitions } from './add-partitions.ts';

const cluster = { offsetsAt: async () => new Map([0, 1, 2, 3].map((own) => [own, 0])) } as unknown as Cluster;

/** Adds partitions with a mapping that notes what happens to it. @param abortIn when Ctrl-C comes */
async function add(options: Partial<Addition> & { fails?: boolean; wasOff?: boolean; abortIn?: number }) {
  const steps: string[] = [];
  const { fails = false, wasOff = false, abortIn, ...addition } = options;
  const admin = {
    createPartitions: async () => {
      steps.push('add');
      if (fails) throw new Error('no broker answers');
    },
  } as unknown as Admin;
  const abort = new AbortController();
  if (abortIn !== undefined) setTimeout(() => abort.abort(), abortIn);
  const out = jest.spyOn(console, 'log').mockImplementation(() => {});
  const err = jest.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const code = await addPartitions(admin, cluster, {
      ...{ topic: 'processed-orders', count: 4, dryRun: false, anyway: false, settleMs: 1, signal: abort.signal },
      pause: async ({ function: name, from }) => {
        steps.push(`off ${name} ${from}`);
        return wasOff ? undefined : async () => void steps.push('on');
      },
      ...addition,
    }).catch((error: Error) => error.message);
    return { code, steps, said: [...out.mock.calls, ...err.mock.calls].flat().join('\n') };
  } finally {
    jest.restoreAllMocks();
  }
}

test('processOrder is off before the partitions are added, and on again afterwards', async () => {
  expect(await add({})).toMatchObject({ code: 0, steps: ['off processOrder orders', 'add', 'on'] });
});

test('while it stays off, Ctrl-C says how to go on', async () => {
  expect(await add({ settleMs: 300_000, abortIn: 20 })).toMatchObject({
    code: 1,
    steps: ['off processOrder orders', 'add'],
    said: expect.stringContaining('npm run mappings -- start processOrder orders'),
  });
});

test('if the partitions can not be added, it is on again', async () => {
  expect(await add({ fails: true })).toMatchObject({
    code: 'no broker answers',
    steps: ['off processOrder orders', 'add', 'on'],
  });
});

test('a mapping that was off before stays off', async () => {
  expect(await add({ wasOff: true })).toMatchObject({ code: 0, steps: ['off processOrder orders', 'add'] });
});

test.each([
  ['--anyway', { anyway: true }, ['add']],
  ['another topic', { topic: 'orders' }, ['add']],
  ['--dry-run', { dryRun: true }, []],
  ['Ctrl-C before', { signal: AbortSignal.abort() }, []],
])('%s switches nothing off', async (_, options, steps) => {
  expect(await add(options)).toMatchObject({ steps });
});
