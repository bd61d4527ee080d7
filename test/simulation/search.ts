import { Choices, type Recorded } from './choices.ts';
import { simulateTime } from './platform/clock.ts';
import { shrink } from './shrink.ts';
import type { System } from './system.ts';
import { Violation, World } from './world.ts';

/** The most lines of a history that are printed: one that does not end has thousands. */
const LINES = 200;

const realNow = performance.now.bind(performance);

export interface Found {
  readonly seed: number;
  /** how many histories were played, with this one */
  readonly histories: number;
  readonly recorded: Recorded;
}

export interface Searched {
  readonly histories: number;
  readonly milliseconds: number;
  readonly found?: Found;
}

/** Plays histories, each with its own seed, until one fails. */
export async function search(system: System, seed: number, count: number): Promise<Searched> {
  simulateTime();
  const from = realNow();
  for (let histories = 1; histories <= count; histories += 1) {
    const choices = new Choices(seed + histories - 1);
    if ((await play(system, choices)) === undefined) continue;
    const found = { seed: seed + histories - 1, histories, recorded: choices.made };
    return { histories, milliseconds: realNow() - from, found };
  }
  return { histories: count, milliseconds: realNow() - from };
}

/** The shortest history that fails as that one does, as text. */
export async function explain(system: System, recorded: Recorded): Promise<string> {
  const shortest = await shrink(recorded, async (candidate) => {
    const choices = new Choices(candidate);
    return (await play(system, choices)) === undefined ? undefined : choices.made;
  });
  const world = new World(new Choices(shortest), { tells: true });
  const error = await playIn(system, world);
  const trace = world.trace ?? [];
  const shown = trace.length > LINES ? [...trace.slice(0, LINES), `… ${trace.length - LINES} more lines`] : trace;
  return [...shown, `${error?.name}: ${error?.message}`].join('\n');
}

const play = (system: System, choices: Choices) => playIn(system, new World(choices));

/** @returns what is wrong with the history */
async function playIn(system: System, world: World): Promise<Error | undefined> {
  try {
    await system.play(world);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Violation(String(error));
  }
}
