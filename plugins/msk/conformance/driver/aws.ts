import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Row } from '../rows/row.ts';
import { sendBefore } from './before.ts';
import { askFunction, clusterParams, logReader, regionOf } from './calls.ts';
import type { StoppablePlace, Times } from './place.ts';

const TIMES: Times = { patience: 120_000, look: 10_000, quiet: 60_000, limit: 30 * 60_000 };
const service = dirname(import.meta.dirname);

/** Runs a command of the framework in the service's folder. */
export type Framework = (args: readonly string[]) => Promise<void>;

export interface Target {
  stage: string;
  /** ARN of a provisioned cluster with an IAM listener. */
  cluster: string;
  rows: readonly Row[];
  /** Ids of the rows; none: all. */
  only: readonly string[];
}

/**
 * Deploys the service: first with disabled mappings, to produce what they are to find, then with enabled ones. `stop`
 * removes it.
 */
export async function startOnAws(
  target: Target,
  times = TIMES,
  framework = serverless(target),
): Promise<StoppablePlace> {
  const { stage, cluster, rows } = target;
  const params = await clusterParams(cluster);
  const region = regionOf(cluster);
  const name = `msk-conformance-${stage}`;
  const since = Date.now();
  const place = {
    stage,
    cluster,
    times,
    ask: askFunction(`${name}-kafka`, region),
    lines: logReader(`/aws/lambda/${name}-probe`, region, since),
    stop: () => framework(['remove', ...options(target, params, 'true')]),
  };
  try {
    await framework(['deploy', ...options(target, params, 'false')]);
    await sendBefore(rows, stage, place.ask);
    await framework(['deploy', ...options(target, params, 'true')]);
  } catch (error) {
    await place.stop();
    throw error;
  }
  return place;
}

function options({ stage, cluster }: Target, params: Record<string, string>, enabled: string): string[] {
  const all = Object.entries({ ...params, enabled }).map(([name, value]) => `--param=${name}=${value}`);
  return ['--stage', stage, '--region', regionOf(cluster), ...all];
}

function serverless({ only }: Target): Framework {
  const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  return async (args) => {
    const env = { ...process.env, CONFORM_ONLY: only.join(','), SLS_DEPRECATION_DISABLE: '*' };
    // Its output goes to standard error: standard output has the table.
    const child = spawn(process.execPath, [cli, ...args], { cwd: service, stdio: ['ignore', 2, 2], env });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`serverless ${args[0]} failed with ${code}`);
  };
}
