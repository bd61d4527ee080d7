import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../load/random.ts';
import type { Planned } from '../facts.ts';
import type { FunctionProcess } from '../function-processes.ts';
import type { Strike, Target } from '../strike.ts';

/** Failures of the processes that run functions. */
export const FUNCTIONS = {
  'functions-killed': {
    what: 'three processes of functions are killed, one after the other, in the middle of their batches',
    part: 'functions',
    lasts: [3, 6],
    draw: (random) => ({ draw: random.below(1e6) }),
    async run(target, planned) {
      for (let i = 0; i < 3; i++) {
        const chosen = await busyOne(target, planned, i);
        signal(chosen, 'SIGKILL');
        await sleep((planned.seconds * 1000) / 3);
      }
    },
  },
} satisfies Record<string, Strike>;

/** One of the processes that used the CPU in the last moment: most likely it is working on a batch. */
export async function busyOne(target: Target, { with: { draw } }: Planned, index = 0): Promise<FunctionProcess> {
  const before = new Map((await target.functions()).map(({ pid, seconds }) => [pid, seconds]));
  await sleep(1_000);
  const now = await target.functions();
  const busy = now.filter(({ pid, seconds }) => seconds > (before.get(pid) ?? 0));
  const from = busy.length > 0 ? busy : now;
  const chosen = from[createRandom(Number(draw), index).below(from.length)];
  if (chosen === undefined) throw new Error('no process runs a function');
  return chosen;
}

export function signal({ pid }: FunctionProcess, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
