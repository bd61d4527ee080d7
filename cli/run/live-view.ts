import type { MappingStatus } from '#msk';
import type { RunningGenerator } from '#proof/load/generator.ts';
import type { Manifest } from '#proof/load/manifest.ts';
import { lagSum, type Screen } from './screen.ts';

/** What runs, as it is shown: the newest state of every mapping, and of every generator. */
export interface LiveView {
  status: (mappings: MappingStatus[]) => void;
  say: (line: string) => void;
  add(name: string, generator: RunningGenerator): void;
  /** Rejects when a generator breaks. */
  generatorsFailed: Promise<never>;
  /** Ends the load; each generator's manifest, complete. */
  stopGenerators(): Promise<Record<string, Manifest>>;
  mappings(): readonly MappingStatus[];
  /** the largest sum of lags that was seen */
  maxLag(): number;
  /** Shows progress from now on: all mappings poll, whoever produces. */
  open(): void;
  /** Shows no more progress; lines are still said. */
  close(): void;
}

export function liveView(screen: Screen, elapsed: () => number): LiveView {
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
      if (isOpen) screen.show({ seconds: elapsed(), ...production(), mappings });
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
