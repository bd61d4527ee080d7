import type { Recorded } from './choices.ts';

/** The most histories that are played to find a shorter one. */
const TRIES = 3_000;
const KINDS = ['work', 'events'] as const;

/**
 * Makes the record of a failing history shorter, as long as it fails: it leaves choices out, and makes them simpler.
 * @param play plays a record. @returns the choices that were made; undefined if nothing fails
 */
export async function shrink(
  from: Recorded,
  play: (recorded: Recorded) => Promise<Recorded | undefined>,
): Promise<Recorded> {
  let best = trimmed(from);
  let tries = 0;
  const isBetter = async (candidate: Recorded): Promise<boolean> => {
    if (tries >= TRIES || !isSimpler(candidate, best)) return false;
    tries += 1;
    const made = await play(candidate);
    if (made === undefined) return false;
    const played = trimmed(made);
    best = isSimpler(played, best) ? played : trimmed(candidate);
    return true;
  };
  for (let before: Recorded | undefined; before !== best; ) {
    before = best;
    for (const kind of KINDS) {
      for (const length of [64, 16, 8, 4, 2, 1]) {
        for (let at = best[kind].length - length; at >= 0; at -= length) {
          const choices = best[kind];
          if (await isBetter({ ...best, [kind]: choices.toSpliced(at, length) })) continue;
          await isBetter({ ...best, [kind]: choices.toSpliced(at, length, ...Array<number>(length).fill(0)) });
        }
      }
      for (let at = 0; at < best[kind].length; at += 1) {
        const simpler = (value: number) => ({ ...best, [kind]: best[kind].with(at, value) });
        const value = best[kind][at] as number;
        if (value > 1 && !(await isBetter(simpler(1)))) await isBetter(simpler(value - 1));
      }
    }
  }
  return best;
}

/** Without the simplest choices at the end, which are made anyway. */
function trimmed({ work, events }: Recorded): Recorded {
  const cut = (choices: readonly number[]) => choices.slice(0, choices.findLastIndex((choice) => choice !== 0) + 1);
  return { work: cut(work), events: cut(events) };
}

function isSimpler(one: Recorded, other: Recorded): boolean {
  const [a, b] = [sizeOf(one), sizeOf(other)];
  const at = a.findIndex((size, i) => size !== b[i]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}

/** Fewer events count most: failures, and changes from one worker to another. */
function sizeOf({ work, events }: Recorded): number[] {
  const sum = (choices: readonly number[]) => choices.reduce((total, choice) => total + choice, 0);
  const count = (choices: readonly number[]) => choices.filter((choice) => choice !== 0).length;
  return [count(events) + count(work), events.length + work.length, sum(events) + sum(work)];
}
