import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '#local/stack-file.ts';
import { type Runner, type RunnerOptions, startRunner } from './runner.ts';
import { watchSources } from './watch-sources.ts';

/** What functions are made of. */
const SOURCES = ['functions', 'lib'].map((folder) => join(ROOT, folder));
/** In a build's output: functions' logs, stack traces, the framework's versions. */
const NOISE = /^\{|^\s+at |^(Environment|Docs):/;
/** Lines of a build's output that are shown when it fails. */
const SHOWN = 20;

/**
 * The runner of the edit loop. Whenever a source of the functions is saved, they are packaged anew by another runner,
 * which then takes the place of the one that runs: that one goes on until then, and where the build fails.
 */
export function startRebuildingRunner(options: RunnerOptions, say: (line: string) => void): Runner {
  const first = startRunner(options);
  let current: Runner | undefined = first;
  let building: Runner | undefined;
  let place: Parameters<Runner['deploy']> | undefined;
  let work = Promise.resolve();
  let stopped = false;
  let watcher: { close(): void } | undefined;

  const take = (runner: Runner) => {
    current = runner;
    runner.failed.catch((error: Error) => {
      if (current === runner && !stopped) say(`${error.message}; the next save starts another`);
    });
  };

  async function rebuild(args: Parameters<Runner['deploy']>): Promise<void> {
    if (stopped) return;
    const started = performance.now();
    const logged = statSync(options.log).size;
    const next = startRunner(options);
    building = next;
    try {
      await next.packaged;
      const old = current;
      current = undefined;
      await old?.stop();
      await next.deploy(...args);
      await next.polling;
      take(next);
      say(`rebuilt in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (!stopped) say([`not rebuilt: ${(error as Error).message}`, ...outputSince(options.log, logged)].join('\n'));
      await next.stop();
    }
    building = undefined;
  }

  let waiting = false;
  const changed = () => {
    if (waiting || place === undefined) return;
    waiting = true;
    const args = place;
    // One after the other; what is saved while one waits to begin is in it.
    work = work.then(() => {
      waiting = false;
      return rebuild(args);
    });
  };
  const polling = first.polling.then(() => {
    if (stopped) return;
    take(first);
    watcher = watchSources(SOURCES, changed);
  });
  // Once it polls, the next save mends what ends it.
  const failed = polling.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);

  return {
    packaged: first.packaged,
    polling,
    failed,
    deploy(...args) {
      place = args;
      return first.deploy(...args);
    },
    async stop() {
      stopped = true;
      watcher?.close();
      await Promise.all([current?.stop(), building?.stop(), work]);
    },
  };
}

/** What a failed build has printed; the functions that run write JSON to the same file. */
function outputSince(log: string, start: number): string[] {
  const lines = readFileSync(log).subarray(start).toString('utf8').split('\n');
  return lines.filter((line) => line.trim() !== '' && !NOISE.test(line)).slice(0, SHOWN);
}
