import { TransientError } from '../errors.ts';
import { closeIdle } from './idle.ts';
import { memoryWindows } from './memory-store.fixture.ts';
import { LATER, Model } from './model.fixture.ts';

const RULES = { graceMs: 10_000, idleMs: 30_000 };
const MINUTE = 60_000;

/** Four partitions, each with a window that is due. The `failing` ones can't be read. */
async function fourPartitions(failing: readonly number[], error: Error = new TransientError('FAULT', 'down')) {
  const store = memoryWindows();
  const model = new Model(store);
  for (let partition = 0; partition < 4; partition += 1) {
    const order = { partition, productId: `p${partition}`, cents: 100, at: 0, raw: 'orders-0', offset: partition };
    await model.worker().aggregate(partition, [order], model.run());
  }
  const asked: number[] = [];
  const readProgress = store.readProgress.bind(store);
  store.readProgress = async (partition, deadline) => {
    asked.push(partition);
    if (failing.includes(partition)) throw error;
    return readProgress(partition, deadline);
  };
  const produced = () => model.produced.map(({ product_id }) => product_id).toSorted();
  return { store, model, asked, produced };
}

test.each([[[0]], [[1, 2]], [[3]]])('when partitions %j fail, the windows of others are closed', async (failing) => {
  const { store, model, produced } = await fourPartitions(failing);

  await expect(closeIdle(store, RULES, model.run(LATER))).rejects.toThrow('down');

  expect(produced()).toEqual([0, 1, 2, 3].filter((partition) => !failing.includes(partition)).map((n) => `p${n}`));
});

test('the same holds for an error that is not a PipelineError', async () => {
  const { store, model, produced } = await fourPartitions([0], new RangeError('cut'));

  await expect(closeIdle(store, RULES, model.run(LATER))).rejects.toThrow(RangeError);

  expect(produced()).toEqual(['p1', 'p2', 'p3']);
});

test('each minute another partition is first, and none gets all of the time', async () => {
  const { store, model, asked } = await fourPartitions([]);
  const remaining: number[] = [];
  const readProgress = store.readProgress.bind(store);
  store.readProgress = (partition, deadline) => {
    remaining.push(deadline.remaining());
    return readProgress(partition, deadline);
  };
  model.deadline = { remaining: () => 60_000 };

  for (let minute = 4_000; minute < 4_004; minute += 1) await closeIdle(store, RULES, model.run(minute * MINUTE));

  expect(asked.filter((_, i) => i % 4 === 0)).toEqual([0, 1, 2, 3]);
  for (const ms of remaining.slice(0, 3)) expect(ms).toBeLessThanOrEqual(30_000);
});

test('does nothing if there are no partitions', async () => {
  await expect(closeIdle(memoryWindows(), RULES, new Model(memoryWindows()).run())).resolves.toBeUndefined();
});
