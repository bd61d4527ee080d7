import { parseArgs } from 'node:util';
import { startFake } from './fake/server.ts';
import { createWorld, type Frame } from './fake/world.ts';
import { openDesk } from './open-page.ts';
import { type Tasks, traceTasks } from './trace-tasks.ts';

/**
 * The page with 5,000 vehicles and 1,000 updates a second, fed from a recorded stream: how long its tasks are, and
 * whether its memory stays the same.
 *
 * Usage: node dashboard/page/test/load.ts [--seconds 300]
 */
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '300' } } });
const STEP_MS = 100;
const RECORDED_STEPS = 300;
const ROUND_MS = 10_000;
/** Of each round, the time with tracing, which costs some time itself. */
const TRACED_MS = 4_000;
const rounds = Math.max(4, Math.round((Number(values.seconds) * 1000) / ROUND_MS));
/** Until then, code is compiled and the lists fill up. */
const WARM_ROUNDS = Math.min(3, Math.floor(rounds / 4));
const TASK_MS = 50;
const GROWTH = 1.1;
/** How far down the page is, round after round: each panel is seen. */
const PLACES = [0, 700, 1300, 2200];

const world = createWorld({ vehicles: 5_000, perSecond: 1_000 });
const state = world.state();
const recorded = Array.from({ length: RECORDED_STEPS }, () => world.step());
const desk = await openDesk();
const fake = await startFake(desk.folder, () => state);
const context = await desk.browser.newContext({ viewport: { width: 1440, height: 1000 } });
const page = await context.newPage();
const errors: string[] = [];
page.on('pageerror', (error) => errors.push(error.message));
await page.addInitScript(
  'window.long = []; new PerformanceObserver((list) => long.push(...list.getEntries().map((e) => e.duration))).observe({ type: "longtask" })',
);
const client = await context.newCDPSession(page);
await page.goto(fake.url);

let step = 0;
const began = performance.now();
const timer = setInterval(() => {
  // Catches up where the machine was busy, so that 1,000 updates a second stay 1,000.
  for (; step < (performance.now() - began) / STEP_MS; step += 1)
    for (const frame of recorded[step % RECORDED_STEPS] ?? [])
      fake.emit(frame.name, later(frame, Math.floor(step / RECORDED_STEPS)));
}, STEP_MS / 2);

const tasks: Tasks = { clock: [], cpu: [] };
const heaps: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  await page.evaluate(`scrollTo(0, ${PLACES[round % PLACES.length]})`);
  const { clock, cpu } = await traceTasks(desk.browser, TRACED_MS);
  await page.waitForTimeout(ROUND_MS - TRACED_MS);
  await client.send('HeapProfiler.collectGarbage');
  heaps.push((await client.send('Runtime.getHeapUsage')).usedSize / 1e6);
  if (round < WARM_ROUNDS) continue;
  tasks.clock.push(...clock);
  tasks.cpu.push(...cpu);
}
const long = await page.evaluate<number[]>('long');
const counts = await page.locator('.map-counts').innerText();
clearInterval(timer);
await desk.close();
await fake.stop();

const measured = heaps.slice(WARM_ROUNDS);
const third = Math.max(1, Math.floor(measured.length / 3));
const early = quantile(measured.slice(0, third), 0.5);
const late = quantile(measured.slice(-third), 0.5);
console.log(`${(rounds * ROUND_MS) / 1000} s; ${counts.replaceAll(/\s+/g, ' ')}; ${step * 100} updates`);
for (const [name, all] of Object.entries(tasks))
  console.log(
    `tasks by ${name}: ${all.length}; ms p50 ${text(all, 0.5)}, p95 ${text(all, 0.95)}, p99 ${text(all, 0.99)}, max ${text(all, 1)}`,
  );
console.log(`long tasks of the whole time, with loading: ${long.length}, longest ${text(long, 1)} ms`);
console.log(`heap after collection, MB: ${measured.map((each) => each.toFixed(1)).join(' ')}`);
const checks: [string, boolean][] = [
  [`p95 of the page's own tasks <= ${TASK_MS} ms`, quantile(tasks.clock, 0.95) <= TASK_MS],
  [`memory is flat: ${late.toFixed(1)} <= ${GROWTH} x ${early.toFixed(1)} MB`, late <= early * GROWTH],
  ['no error', errors.length === 0],
];
for (const [what, holds] of checks) console.log(`${holds ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
process.exitCode = checks.every(([, holds]) => holds) ? 0 : 1;

/** The frame as it is when the recording plays again: the vehicles' event times go on. */
function later({ name, data }: Frame, round: number): Frame['data'] {
  if (name !== 'vehicles') return data;
  const shift = round * RECORDED_STEPS * STEP_MS;
  return {
    ...data,
    changed: data.changed.map(([id, lat, lon, speed, alert, time, source]) => [
      id,
      lat,
      lon,
      speed,
      alert,
      time + shift,
      source,
    ]),
  };
}

/** NaN of nothing, which passes no bound. */
function quantile(all: readonly number[], share: number): number {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function text(all: readonly number[], share: number): string {
  return quantile(all, share).toFixed(1);
}
