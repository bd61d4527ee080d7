import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Deployment } from '#local/deploy/deploy.ts';
import { DUMMY_CREDENTIALS, type Endpoints } from '#local/deploy/servers.ts';
import { ROOT } from '#local/stack-file.ts';
import type { MappingStatus } from '#msk';
import type { FromRunner, ToRunner } from './messages.ts';

export interface RunnerOptions {
  stage: string;
  /** template parameters over the stage's own, e.g. `tripCacheSeconds=5` */
  params: readonly string[];
  /** file that takes what the functions and the framework print */
  log: string;
  /** where the framework and the functions make their temporary files, some of which they leave behind */
  temporary: string;
  onStatus: (mappings: MappingStatus[]) => void;
}

export interface Runner {
  /** Resolves when the service is packaged: only then it needs the servers. */
  packaged: Promise<void>;
  /** Creates the template's resources on the servers; resolves with what they are called. */
  deploy(endpoints: Endpoints, stackName: string): Promise<Deployment>;
  /** Resolves when every mapping polls. */
  polling: Promise<void>;
  /** Rejects when the runner ends before it is stopped. */
  failed: Promise<never>;
  /** No new batches, those in flight end; resolves when the process is gone. */
  stop(): Promise<void>;
}

/** How long a runner may take to end its batches before it is killed, in ms. */
const STOP_MS = 20_000;

/** Packages the service and runs its bundles from the event source mappings of its own compiled template. */
export function startRunner({ stage, params, log, temporary, onStatus }: RunnerOptions): Runner {
  // What a killed run left there would be packaged.
  rmSync('.esbuild', { recursive: true, force: true });
  const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const output = openSync(log, 'a');
  const args = [cli, 'msk', 'start', '--stage', stage, ...params.flatMap((param) => ['--param', param])];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', output, output, 'ipc'],
    // A process group of its own: Ctrl-C reaches the one that started it, which stops it when the records are done.
    detached: true,
    env: {
      ...withoutAws(process.env),
      AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
      TMPDIR: temporary,
      NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'compile'),
    },
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`the runner ended with ${signal ?? `exit code ${code}`}; see ${log}`));
    child.once('error', (error) => resolve(`the runner could not be started: ${error.message}`));
  });
  const failed = ended.then((reason) => Promise.reject<never>(new Error(reason)));
  failed.catch(() => undefined);
  child.on('message', (message: FromRunner) => {
    if (message.type === 'status') onStatus(message.mappings);
  });

  const packaged = Promise.race([next(child, 'packaged').then(() => undefined), failed]);
  packaged.catch(() => undefined);
  const polling = Promise.race([next(child, 'status').then(() => undefined), failed]);
  polling.catch(() => undefined);

  let deploying = false;
  return {
    packaged,
    failed,
    polling,
    async deploy(endpoints, stackName) {
      await packaged;
      deploying = true;
      const deployed = next(child, 'deployed');
      child.send({ type: 'deploy', endpoints, stackName } satisfies ToRunner);
      return Promise.race([deployed, failed]);
    },
    async stop() {
      // Before that it holds nothing that has to end well.
      if (!deploying) child.kill('SIGKILL');
      else if (child.connected) child.send({ type: 'stop' } satisfies ToRunner);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** plugins/msk gives each of these variables on to the functions: credentials, profile, endpoints. */
function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));
}

function next<T extends FromRunner['type']>(child: ChildProcess, type: T): Promise<Extract<FromRunner, { type: T }>> {
  return new Promise((resolve) => {
    const listen = (message: FromRunner) => {
      if (message.type !== type) return;
      child.off('message', listen);
      resolve(message as Extract<FromRunner, { type: T }>);
    };
    child.on('message', listen);
  });
}
