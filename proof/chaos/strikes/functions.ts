import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '../../load/random.ts';
import type { Planned } from '../facts.ts';
import type { FunctionProcess } from '../function-processes.ts';
import type { Strike, Target } from '../strike.ts';
import { limit } from './processes.ts';

/** How many processes are hit, one after the other. */
const MANY = 3;
/** A function ends by its timeout in this time: that of PostgreSQL's sink is 120 s, all others have 60 s. */
const TIMES_OUT = [125, 130] as const;
const PAUSE_MS = 500;

const aDraw = (random: Random): Planned['with'] => ({ draw: random.below(1e6) });

/** Failures of the processes that run functions. Each hits processes that are working on a batch. */
export const FUNCTIONS = {
  'functions-killed': {
    what: 'three processes of functions are killed in the middle of their batches',
    part: 'functions',
    lasts: [5, 10],
    draw: aDraw,
    run: (target, planned) => oneAfterTheOther(target, planned, async ({ pid }) => signal(pid, 'SIGKILL')),
  },
  'functions-out-of-memory': {
    what: 'three processes of functions get no more memory (prlimit), and end when they ask for some',
    part: 'functions',
    lasts: [5, 10],
    draw: aDraw,
    // As much as it has: a process that ends meanwhile has no limit.
    run: (target, planned) => oneAfterTheOther(target, planned, ({ pid }) => limit(pid, '--as=1:1').catch(() => {})),
  },
  'function-times-out': {
    what: 'a process of a function is frozen until the function times out',
    part: 'functions',
    lasts: TIMES_OUT,
    draw: aDraw,
    async run(target, planned) {
      const { pid } = await busyOne(target, planned);
      signal(pid, 'SIGSTOP');
      const end = Date.now() + planned.seconds * 1000;
      while (Date.now() < end && (await target.functions()).some((own) => own.pid === pid)) await sleep(PAUSE_MS);
      signal(pid, 'SIGCONT');
    },
  },
  'functions-frozen': {
    what: 'three processes of functions are frozen in the middle of their batches, and then go on',
    part: 'functions',
    lasts: [20, 50],
    draw: aDraw,
    async run(target, planned) {
      const chosen = await Promise.all(Array.from({ length: MANY }, (_, index) => busyOne(target, planned, index)));
      for (const { pid } of chosen) signal(pid, 'SIGSTOP');
      await sleep(planned.seconds * 1000);
      for (const { pid } of chosen) signal(pid, 'SIGCONT');
    },
  },
} satisfies Record<string, Strike>;

async function oneAfterTheOther(target: Target, planned: Planned, hit: (one: FunctionProcess) => Promise<void>) {
  for (let index = 0; index < MANY; index++) {
    await hit(await busyOne(target, planned, index));
    await sleep((planned.seconds * 1000) / MANY);
  }
}

/** One of the processes that used the CPU in the last moment: most likely it is working on a batch. */
async function busyOne(target: Target, { with: { draw } }: Planned, index = 0): Promise<FunctionProcess> {
  const before = new Map((await target.functions()).map(({ pid, seconds }) => [pid, seconds]));
  await sleep(PAUSE_MS);
  const now = await target.functions();
  const busy = now.filter(({ pid, seconds }) => seconds > (before.get(pid) ?? 0));
  const from = busy.length > 0 ? busy : now;
  const chosen = from[createRandom(Number(draw), index).below(from.length)];
  if (chosen === undefined) throw new Error('no process runs a function');
  return chosen;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
