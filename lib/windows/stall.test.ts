import fc from 'fast-check';
import { memoryWindows } from './memory-store.fixture.ts';
import { expected, type LogOrder, largest, logs, Model, partitionsOf, RULES } from './model.fixture.ts';
import { isDue, windowOf } from './window.ts';

/** Runs of the property: a quarter of what the others have, as each is long. */
const RUNS = Number(process.env['RUNS'] ?? 100);
const TICK_MS = 10_000;
const MINUTES = 6;
/** Ticks of a stalled partition, and between two calls of the schedule. */
const MINUTE_TICKS = 6;

/** The order comes in the tick of its event time; of the partition that is stalled, once that goes on. */
const arrival = ({ at, partition }: LogOrder, stalled: number, from: number): number => {
  const tick = Math.floor(at / TICK_MS);
  const isHeld = partition === stalled && tick >= from && tick < from + MINUTE_TICKS;
  return isHeld ? from + MINUTE_TICKS : tick;
};

/** A partition's windows that its own orders let close are out, with all of its orders that have come. */
function expectOut(arrived: readonly LogOrder[], model: Model): void {
  const streamTime = Math.max(...arrived.map(({ at }) => at));
  const results = largest(model.produced);
  const due = arrived.filter(({ at }) => isDue(windowOf(at), streamTime, RULES));
  for (const [key, { order_count }] of expected(due).results) {
    expect(results.get(key)?.order_count).toBeGreaterThanOrEqual(order_count);
  }
}

test(
  'a partition that is stalled upstream for a minute holds up no other, and its late orders correct its windows',
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
            const come = log.filter((order) => arrival(order, stalled, from) === tick);
            await Promise.all(partitionsOf(come).map((own) => model.poll(own, [9])));
            if (tick % MINUTE_TICKS === phase) await model.schedule(model.now);
            for (const own of partitionsOf(log.filter((order) => arrival(order, stalled, from) <= tick))) {
              expectOut(own, model);
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
