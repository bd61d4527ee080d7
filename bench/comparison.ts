import type { Figure, Measured } from './benchmark.ts';
import { type Change, changeOf } from './change.ts';
import { isPortable, type Machine, type Results } from './results.ts';

/** Compares figures of this run with stored ones. */
export interface Comparison {
  /** What the reader must know about the two machines; empty if nothing. */
  notes: string[];
  /** @returns nothing if the stored results don't have this figure, or another machine measured it */
  changeOf(benchmark: string, figure: Figure): Change | undefined;
  /** Stored figures of this benchmark that this run doesn't have. */
  missing(benchmark: string, measured: Measured): string[];
}

/** @param before stored results */
export function comparison(before: Results, machine: Machine): Comparison {
  const sameCpu = before.machine.cpu === machine.cpu;
  const stored = (benchmark: string) => before.measured[benchmark]?.figures ?? [];
  return {
    notes: [
      ...(sameCpu
        ? []
        : [
            `The stored figures are from ${before.machine.cpu}, this machine has ${machine.cpu}: only ratios ("of …") ` +
              'and sizes are compared, but no times and no rates.',
          ]),
      ...(before.machine.node === machine.node
        ? []
        : [`The stored figures are from Node ${before.machine.node}, this run has ${machine.node}.`]),
    ],
    changeOf(benchmark, figure) {
      const earlier = stored(benchmark).find((each) => isSame(each, figure));
      if (earlier === undefined || (!sameCpu && !isPortable(figure))) return undefined;
      return changeOf(earlier, figure);
    },
    missing: (benchmark, { figures }) =>
      stored(benchmark)
        .filter((each) => !figures.some((figure) => isSame(each, figure)))
        .map(({ name, unit }) => `${name}, ${unit}`),
  };
}

const isSame = (a: Figure, b: Figure) => a.name === b.name && a.unit === b.unit;
