import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '#local/servers/cache.ts';
import { waitForLock } from '#local/servers/files/wait-for-lock.ts';
import { findProgram, runTool } from '#local/servers/process/tool.ts';
import { silent } from '#local/servers/progress.ts';
import { ServerError } from '#local/servers/server.ts';

export interface PrometheusPrograms {
  prometheus: string;
  promtool: string;
}

const NAMES = ['prometheus', 'promtool'] as const;
const MEND =
  'The tests of metrics, alerts and dashboards need Prometheus and its promtool. Install them so that both are on the ' +
  'PATH (Debian: apt-get install prometheus; macOS: brew install prometheus).';

/**
 * The machine's own Prometheus; else that of Debian's package, which apt-get downloads once into the cache. That needs
 * no root, because the package is only unpacked, and apt's lists are in the cache too.
 * @throws ServerError where there is neither: why, and how to mend it
 */
export async function prometheusPrograms(environment: NodeJS.ProcessEnv = process.env): Promise<PrometheusPrograms> {
  const own = NAMES.map((name) => findProgram(name, environment));
  if (own[0] !== undefined && own[1] !== undefined) return { prometheus: own[0], promtool: own[1] };
  const folder = join(cacheFolder(environment), 'prometheus');
  const programs = { prometheus: join(folder, 'usr/bin/prometheus'), promtool: join(folder, 'usr/bin/promtool') };
  if (existsSync(programs.promtool)) return programs;
  const missing = ['apt-get', 'dpkg-deb'].find((name) => findProgram(name, environment) === undefined);
  if (missing !== undefined) throw new ServerError(`${MEND} (It can't be downloaded here: there is no ${missing}.)`);
  await mkdir(cacheFolder(environment), { recursive: true });
  const release = await waitForLock(`${folder}.lock`, 'is downloading Prometheus', { progress: silent });
  try {
    if (!existsSync(programs.promtool)) await download(folder, environment);
  } catch (error) {
    throw new ServerError(`${MEND} (The download failed: ${(error as Error).message})`, { cause: error });
  } finally {
    await release();
  }
  return programs;
}

/** Works in a draft folder, which gets its final name when it is complete. */
async function download(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(join(draft, 'apt', 'lists', 'partial'), { recursive: true });
  await mkdir(join(draft, 'apt', 'archives', 'partial'), { recursive: true });
  const run = (name: string, ...args: string[]) =>
    runTool({ name, command: name, args, folder: draft, log: join(draft, 'log'), environment });
  const options = [
    ...['-o', `Dir::State=${join(draft, 'apt')}`, '-o', `Dir::Cache=${join(draft, 'apt')}`],
    ...['-o', 'Dir::State::status=/var/lib/dpkg/status', '-o', 'APT::Sandbox::User='],
  ];
  try {
    await run('apt-get', ...options, 'update');
    await run('apt-get', ...options, 'download', 'prometheus');
    const file = (await readdir(draft)).find((name) => name.endsWith('.deb')) ?? '';
    const unpacked = join(draft, 'unpacked');
    await run('dpkg-deb', '-x', file, unpacked);
    await rm(folder, { recursive: true, force: true });
    await rename(unpacked, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
