import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { ask } from '../functions/kafka.ts';
import { type ProbeLine, readLine } from '../seen/lines.ts';
import type { StoppablePlace, Times } from './place.ts';

const TIMES: Times = { patience: 6_000, look: 250, quiet: 1_000, limit: 40_000 };
const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/conform/00000000-0000-0000-0000-000000000000-1';
const service = dirname(import.meta.dirname);
const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

/** Runs the service through the plugin on this machine. `limit`: see Times. */
export async function startHere(only: readonly string[], limit = TIMES.limit): Promise<StoppablePlace> {
  if (!process.env['KAFKA_BROKERS']) throw new Error('KAFKA_BROKERS must name the brokers, e.g. 127.0.0.1:9092');
  const stage = `here-${Date.now().toString(36)}`;
  const child = spawn(process.execPath, [cli, 'msk', 'start', '--stage', stage], {
    cwd: service,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CONFORM_STAGE: stage, CONFORM_ONLY: only.join(','), SLS_DEPRECATION_DISABLE: '*' },
  });
  process.once('exit', () => child.kill('SIGTERM'));
  const lines: ProbeLine[] = [];
  const output: string[] = [];
  let damaged: Error | undefined;
  const begun = Promise.withResolvers<void>();
  const take = (line: string) => {
    try {
      const found = readLine(line);
      if (found) lines.push(found);
      else output.push(line);
    } catch (error) {
      damaged = error as Error;
    }
    if (line === 'conform: all mappings read') begun.resolve();
  };
  createInterface({ input: child.stdout }).on('line', take);
  createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
  const ended = once(child, 'exit');
  void ended.then(() => begun.reject(new Error(`the service ended:\n${output.slice(-30).join('\n')}`)));
  await begun.promise;
  return {
    stage,
    cluster: CLUSTER,
    ask,
    times: { ...TIMES, limit },
    async lines() {
      if (damaged) throw damaged;
      if (child.exitCode !== null) throw new Error(`the service ended:\n${output.slice(-30).join('\n')}`);
      return lines;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
