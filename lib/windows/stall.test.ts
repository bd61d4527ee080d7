import fc from 'fast-check';
import { memoryWindows } from './memory-store.fixture.ts';
import { expected, type LogOrder, largest, logs, Model, partitionsOf, RULES } from './model.fixture.ts';
import { isDue, windowOf } from './window.ts';

/** Runs of the properties in this folder. This test has a quarter of them, because each run is long. */
const RUNS = Number(process.env['RUNS'] ?? 100);
const TICK_MS = 10_000;
const MINUTES = 6;
/** How many ticks a partition is stalled; also the ticks between two runs of the schedule. */
const MINUTE_TICKS = 6;

/** The tick in which an order arrives: that of its event time, or the end of the stall if its partition is stalled. */
const arrival = ({ at, partition }: LogOrder, stalled: number, from: number): number => {
  const tick = Math.floor(at / TICK_MS);
  const isHeld = partition === stalled && tick >= from && tick < from + MINUTE_TICKS;
  return isHeld ? from + MINUTE_TICKS : tick;
};

/** The windows that are due by a partition's own orders have results, with all its orders that arrived. */
function expectProduced(arrived: readonly LogOrder[], model: Model): void {
  const streamTime = Math.max(...arrived.map(({ at }) => at));
  const results = largest(model.produced);
  const due = arrived.filter(({ at }) => isDue(windowOf(at), streamTime, RULES));
  for (const [key, { order_count }] of expected(due).results) {
    expect(results.get(key)?.order_count).toBeGreaterThanOrEqual(order_count);
  }
}

test(
  'a partition that is stalled upstream for a minute delays no other, and its late orders correct its windows',
  async () => {
    let corrections = 0;
    await fc.assert(
      fc.asyncProperty(
        logs({ minutes: MINUTES, partitions: 3, orders: 200, atLeast: 100 }),
        fc.nat(2),
        fc.nat((MINUTES - 1) * MINUTE_TICKS),
        fc.nat(MINUTE_TICKS - 1),
        async (log, stalled, from, phase) => {
          const model = new Model(memoryWindows());
          for (let tick = 0; tick <= MINUTES * MINUTE_TICKS + MINUTE_TICKS; tick += 1) {
            model.now = (tick + 1) * TICK_MS;
            const arrived = log.filter((order) => arrival(order, stalled, from) === tick);
            await Promise.all(partitionsOf(arrived).map((own) => model.poll(own, [9])));
            if (tick % MINUTE_TICKS === phase) await model.schedule(model.now);
            for (const own of partitionsOf(log.filter((order) => arrival(order, stalled, from) <= tick))) {
              expectProduced(own, model);
            }
          }
          await model.drain();

          expect(largest(model.produced)).toEqual(expected(log).results);
          expect(model.refused.size).toBe(0);
          corrections += model.counts.corrections;
        },
      ),
      { numRuns: Math.ceil(RUNS / 4) },
    );
    expect(corrections).toBeGreaterThan(0);
  },
  60_000 + 600 * RUNS,
);
