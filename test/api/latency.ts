import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { readStack } from '#local/stack-file.ts';

/** p95 of each route while the pipeline runs. */
const BOUND_MS = 100;
/** ms between two requests of a route: all panels of a page together ask about as often. */
const PAUSE_MS = 1_000;
/** Requests of each route. The first ones also load the function, and don't count. */
const REQUESTS = 60;
const WARM_UP = 5;
/** /pipeline has no parameter that makes a request different: its answer is kept for 1.5 s. */
const UNCACHED_MS = 1_600;

/** A request of each route. `n` makes each one different, so that no answer comes from the function's cache. */
const ROUTES: Readonly<Record<string, (n: number) => string>> = {
  '/vehicles': (n) => `/vehicles?limit=${100 + n}`,
  '/vehicles/{vehicleId}': (n) => `/vehicles/V${String((n % 200) + 1).padStart(3, '0')}`,
  '/vehicles/{vehicleId}/track': (n) => `/vehicles/V${String((n % 200) + 1).padStart(3, '0')}/track`,
  '/alerts': (n) => `/alerts?limit=${100 + n}`,
  '/alerts?box': (n) => `/alerts?box=-60,-170,60,${100 + n / 10}`,
  '/product-metrics': (n) => `/product-metrics?limit=${100 + n}`,
  '/logins': (n) => `/logins?by=locale&limit=${100 + n}`,
  '/pipeline': () => '/pipeline',
};

/** Starts the pipeline, asks each route again and again, and prints its percentiles. */
async function run(): Promise<boolean> {
  const args = ['cli/start.ts', '--only', 'fleet,orders,logins,demo', '--param', 'search=none'];
  const pipeline = spawn(process.execPath, args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => pipeline.kill('SIGINT'));
  const ended = once(pipeline, 'exit').then(() => Promise.reject(new Error('the pipeline ended')));
  ended.catch(() => undefined);
  try {
    return await Promise.race([ended, measured()]);
  } finally {
    pipeline.kill('SIGINT');
    if (pipeline.exitCode === null) await once(pipeline, 'exit');
  }
}

async function measured(): Promise<boolean> {
  const url = await started();
  await sleep(20_000); // the functions are loaded, and the first windows are stored
  const rows = await Promise.all(
    Object.entries(ROUTES).map(async ([route, path], index) => {
      await sleep((index * PAUSE_MS) / Object.keys(ROUTES).length);
      return { route, ...(await percentiles(url, path, route === '/pipeline' ? UNCACHED_MS : PAUSE_MS)) };
    }),
  );
  console.table(rows);
  return rows.every(({ p95, failed }) => p95 < BOUND_MS && failed === 0);
}

async function percentiles(url: string, path: (n: number) => string, pauseMs: number) {
  const times: number[] = [];
  let failed = 0;
  for (let n = 0; n < WARM_UP + REQUESTS; n += 1) {
    const from = performance.now();
    const response = await fetch(url + path(n));
    await response.arrayBuffer();
    if (n >= WARM_UP) times.push(performance.now() - from);
    // A vehicle that has sent nothing yet is not found.
    if (response.status !== 200 && response.status !== 404) failed += 1;
    await sleep(pauseMs + n); // one more each time, so that the routes don't stay in step
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? Number.NaN);
  return { p50: at(0.5), p95: at(0.95), max: Math.round(sorted.at(-1) ?? Number.NaN), failed };
}

/** The API's address, once the functions poll. */
async function started(): Promise<string> {
  for (;;) {
    const stack = await readStack().catch(() => undefined);
    const answered = stack?.references && (await fetch(`${stack.endpoints.api}/vehicles`).catch(() => undefined));
    if (stack && answered?.ok) return stack.endpoints.api;
    await sleep(500);
  }
}

process.exit((await run()) ? 0 : 1);
