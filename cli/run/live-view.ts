import type { MappingStatus } from '#msk';
import type { DomainName } from '#proof/domains.ts';
import type { RunningGenerator } from '#proof/load/generator.ts';
import type { Manifest } from '#proof/manifest.ts';
import { lagSum, type Screen } from './screen.ts';
import { shownMappings } from './shown-mappings.ts';

/** The latest state of every mapping and generator, for the screen. */
export interface LiveView {
  status: (mappings: MappingStatus[]) => void;
  say: (line: string) => void;
  add(name: string, generator: RunningGenerator): void;
  /** Rejects when a generator fails. */
  generatorsFailed: Promise<never>;
  /** Ends the load. @returns the complete manifest of each generator */
  stopGenerators(): Promise<Record<string, Manifest>>;
  mappings(): readonly MappingStatus[];
  generators(): ReadonlyMap<string, RunningGenerator>;
  /** the largest lag of all mappings together so far */
  maxLag(): number;
  /** Shows progress from now on: all mappings poll. */
  open(): void;
  /** Shows no more progress; `say` still prints lines. */
  close(): void;
}

/** @param only the chosen domains: the screen leaves out idle mappings of the others */
export function liveView(screen: Screen, elapsed: () => number, only: readonly DomainName[]): LiveView {
  let latest: readonly MappingStatus[] = [];
  let maxLag = 0;
  let isOpen = false;
  const generators = new Map<string, RunningGenerator>();
  let before = { total: 0, at: 0 };
  const production = () => {
    const counts = [...generators].map(([name, { manifest }]) => [name, acknowledgedOf(manifest)] as const);
    const produced = Object.fromEntries(counts);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    const at = elapsed();
    const perSecond = (total - before.total) / Math.max(at - before.at, 0.001);
    before = { total, at };
    return { produced, perSecond };
  };
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);

  return {
    status(mappings) {
      latest = mappings;
      maxLag = Math.max(maxLag, lagSum(mappings));
      if (!isOpen) return;
      screen.show({ seconds: elapsed(), ...production(), mappings: shownMappings(mappings, only) });
    },
    say: (line) => screen.say(line),
    add(name, generator) {
      generators.set(name, generator);
      generator.finished.catch(failure.reject);
    },
    generatorsFailed: failure.promise,
    async stopGenerators() {
      const stopped = await Promise.all(
        [...generators].map(async ([name, each]) => [name, await each.stop()] as const),
      );
      return Object.fromEntries(stopped);
    },
    mappings: () => latest,
    generators: () => generators,
    maxLag: () => maxLag,
    open() {
      isOpen = true;
    },
    close() {
      isOpen = false;
    },
  };
}

function acknowledgedOf({ topics }: Manifest): number {
  return Object.values(topics).reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}
