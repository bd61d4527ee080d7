import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ROOT } from '#local/stack-file.ts';
import { ownProcess } from '../own-process.ts';
import { type ENTRIES, environmentFor } from './contestants.ts';
import type { Case } from './plan.ts';
import type { Ran, Run } from './runner.ts';
import { type Written, writeWorkload } from './workloads.ts';

/** ms of CPU for the warm-up, and as much for the measurement, with `--scale 1`. */
const BUDGET = 1_000;
const LEAST_BUDGET = 100;
/** MB of a function, as in functions.yml. */
const MEMORY = 512;

type Modules = Readonly<Record<keyof typeof ENTRIES, string>>;

export interface Laboratory {
  /**
   * Measures a case in a process of its own.
   * @param edge false: the function sends to the brokers of its events
   */
  measure(own: Case, edge?: boolean): Promise<Ran>;
  /** Wrong results so far. */
  readonly wrong: readonly string[];
}

/** @param folder for the events */
export function laboratoryIn(folder: string, modules: Modules, scale: number, signal: AbortSignal): Laboratory {
  const written = new Map<string, Promise<Written>>();
  const wrong: string[] = [];

  function eventsOf(workload: Case['workload']): Promise<Written> {
    const key = JSON.stringify(workload);
    const events = written.get(key) ?? writeWorkload(join(folder, `events-${written.size}.ndjson`), workload);
    written.set(key, events);
    return events;
  }

  return {
    wrong,
    async measure({ name, contestant, workload, trips = false, memory = MEMORY, once = false }, edge = true) {
      const { file, records, becomes } = await eventsOf(workload);
      const budget = once ? 0 : Math.max(LEAST_BUDGET, BUDGET * Math.min(1, scale));
      const input: Run = { module: modules[contestant], events: file, records, budget, edge, trips };
      const ran = await ownProcess<Run, Ran>(modules.runner, input, {
        env: environmentFor(contestant, join(ROOT, 'node_modules')),
        execArgv: ['--enable-source-maps', ...heapOf(memory)],
        signal,
      });
      const isOurs = contestant.startsWith('process');
      if (isOurs && edge && !isDeepStrictEqual(ran.sent, becomes)) {
        wrong.push(`${name}: sent ${JSON.stringify(ran.sent)}, not ${JSON.stringify(becomes)}`);
      }
      return ran;
    },
  };
}

/** V8's limits, as the bootstrap of Lambda's image for Node.js sets them: 90 % for the old space, 5 % for a semi-space. */
function heapOf(memory: number): string[] {
  const semi = Math.floor(memory / 20);
  return [`--max-semi-space-size=${semi}`, `--max-old-space-size=${memory - 2 * semi}`];
}
