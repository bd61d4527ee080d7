import { join } from 'node:path';
import { ROOT } from '#local/stack-file.ts';
import { type Runner, type RunnerOptions, startRunner } from './runner.ts';
import { watchSources } from './watch-sources.ts';

/** The folders with the functions' code. */
const SOURCES = ['functions', 'lib'].map((folder) => join(ROOT, folder));

/**
 * The runner of the edit loop. When a source file of the functions is saved, a second runner packages them again and
 * then replaces the current one. The current runner continues until then, and also if the build fails.
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
      if (current === runner && !stopped) say(`${error.message}; save a file to start another runner`);
    });
  };

  async function rebuild(args: Parameters<Runner['deploy']>): Promise<void> {
    if (stopped) return;
    const started = performance.now();
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
      if (!stopped) say(`not rebuilt: ${(error as Error).message}`);
      await next.stop();
    }
    building = undefined;
  }

  let waiting = false;
  const changed = () => {
    if (waiting || place === undefined) return;
    waiting = true;
    const args = place;
    // Builds run one after the other. A save while a build waits to start needs no build of its own.
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
  // Once the first runner polls, a failed runner doesn't end the run: the next save starts another one.
  const failed = polling.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);

  return {
    get pid() {
      return current?.pid ?? 0;
    },
    packaged: first.packaged,
    polling,
    failed,
    invoke: async (...args) => current?.invoke(...args),
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
