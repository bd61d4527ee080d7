import { memoryWindows } from './memory-store.fixture.ts';
import { expected, type LogOrder, largest, Model } from './model.fixture.ts';
import { WINDOW_MS } from './window.ts';

const WINDOWS = 120;
/** An order in each of many windows, and a later one that makes all these windows due. */
const log: LogOrder[] = [...Array(WINDOWS).keys(), 2 * WINDOWS].map((minute, offset) => ({
  ...{ partition: 0, productId: `product-${minute % 3}`, cents: 100 + minute, at: minute * WINDOW_MS },
  ...{ raw: 'orders-0', offset },
}));
const rules = { graceMs: 10_000, latenessMs: 3 * WINDOWS * WINDOW_MS };
const again = (offset: number): LogOrder => ({ ...(log.at(-1) as LogOrder), offset });
const plenty = { remaining: () => 1e6 };

function newModel(): Model {
  const model = new Model(memoryWindows());
  model.rules = rules;
  return model;
}
const starts = ({ produced }: Model) => produced.map(({ window_start }) => window_start / 60);

test('a batch closes windows while it has time, the oldest first, and the next batch goes on', async () => {
  const model = newModel();
  const worker = model.worker();
  // After the first hundred windows, the time left is just too short.
  model.deadline = { remaining: () => (model.produced.length === 0 ? 3_001 : 3_000) };

  expect(await worker.aggregate(0, log, model.run())).toEqual([]);
  expect(starts(model)).toEqual([...Array(100).keys()]);
  expect(await model.open()).toBe(WINDOWS - 100 + 1);

  model.deadline = plenty;
  await worker.aggregate(0, [again(1_000)], model.run());
  expect(starts(model)).toEqual([...Array(WINDOWS).keys()]);
  expect(await model.open()).toBe(1);
  expect(model.counts.corrections).toBe(0);
});

test('a schedule without time closes nothing, and the next one closes everything', async () => {
  const model = newModel();
  model.deadline = { remaining: () => 3_000 };
  await model.worker().aggregate(0, log, model.run());
  await model.schedule();
  expect(model.produced).toEqual([]);
  expect(await model.open()).toBe(WINDOWS + 1);

  model.deadline = plenty;
  await model.schedule();
  expect(largest(model.produced)).toEqual(expected(log, rules).results);
  expect(await model.open()).toBe(0);
});

test('nothing is lost, whichever call is the last before the time runs out', async () => {
  const batches = [50];
  const smooth = newModel();
  await smooth.poll(log, batches);
  expect(smooth.calls).toBeGreaterThan(WINDOWS);

  for (let last = 0; last < smooth.calls; last += 1) {
    const model = newModel();
    model.deadline = { remaining: () => (model.calls <= last ? 1e6 : 0) };
    await model.poll(log, batches);
    const missing = WINDOWS + 1 - model.produced.length;
    expect(await model.open()).toBeGreaterThanOrEqual(missing);
    model.deadline = plenty;
    await model.drain();
    expect(largest(model.produced)).toEqual(expected(log, rules).results);
    expect(model.refused.size).toBe(0);
  }
});
