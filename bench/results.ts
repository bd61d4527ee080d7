import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import type { Figure, Measured } from './benchmark.ts';

/** What `--json` writes, and what `--compare` and the page docs/performance.md read. */
export interface Results {
  machine: Machine;
  /** The day of the measurement, as 2026-11-28. */
  day: string;
  /** The share of the usual load. */
  scale: number;
  /** By the benchmark's name. */
  measured: Record<string, Measured>;
}

export interface Machine {
  cores: number;
  cpu: string;
  node: string;
}

export function thisMachine(): Machine {
  return { cores: availableParallelism(), cpu: cpus()[0]?.model ?? 'unknown', node: process.version };
}

/** @throws Error if there is no such file, or it isn't from `--json` */
export function readResults(file: string): Results {
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  if (results?.machine?.cpu === undefined || results.measured === undefined) {
    throw new Error(`${file} has no results of npm run bench -- --json`);
  }
  return results;
}

/**
 * Whether a figure means the same on every machine: a ratio of two measurements of one run, or a size. All others are
 * times or rates, which only compare on the same CPU.
 */
export function isPortable({ unit }: Pick<Figure, 'unit'>): boolean {
  return unit.startsWith('of ') || unit === 'KB';
}

/** A number with three significant digits, or a whole number from 100 on. */
export function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

/** The lowest and the highest round, or nothing if all are equal. */
export function rangeOf(rounds: readonly number[]): string {
  const [low, high] = [shown(Math.min(...rounds)), shown(Math.max(...rounds))];
  return low === high ? '' : `${low} to ${high}`;
}

/** The requirement, for example "at most 700"; empty if there is none. */
export function requirementOf({ better, bound }: Figure): string {
  return bound === undefined ? '' : `${better === 'higher' ? 'at least' : 'at most'} ${shown(bound)}`;
}
