import type { Browser } from 'playwright-core';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  /** µs; tdur: of the thread's own time */
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/** Events that say that a task ran code of the page. */
const SCRIPT = new Set(['FunctionCall', 'TimerFire', 'FireAnimationFrame', 'EventDispatch', 'EvaluateScript']);

/** Durations in ms of the tasks that ran code of the page: by the clock, and of the thread's own time. */
export interface Tasks {
  clock: number[];
  cpu: number[];
}

/** Records the tasks of the page's main thread for a time, with Chromium's own tracing. */
export async function traceTasks(browser: Browser, ms: number): Promise<Tasks> {
  const client = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const done = new Promise((resolve) => client.once('Tracing.tracingComplete', resolve));
  await client.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', '__metadata'] },
  });
  await new Promise((resolve) => setTimeout(resolve, ms));
  await client.send('Tracing.end');
  await done;
  await client.detach();
  return tasksOf(events);
}

function tasksOf(events: readonly TraceEvent[]): Tasks {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const own = events
    .filter(({ pid, tid }) => mains.has(`${pid} ${tid}`))
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const tasks: Tasks = { clock: [], cpu: [] };
  let task: TraceEvent | undefined;
  for (const event of own) {
    if (event.name === 'RunTask') task = event;
    else if (task !== undefined && SCRIPT.has(event.name) && event.ts <= task.ts + (task.dur ?? 0)) {
      tasks.clock.push((task.dur ?? 0) / 1000);
      tasks.cpu.push((task.tdur ?? 0) / 1000);
      task = undefined;
    }
  }
  return tasks;
}
