import { type ChildProcess, spawn } from 'node:child_process';
import { fstatSync, openSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DUMMY_CREDENTIALS } from '#local/deploy/servers.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import { ROOT } from '#local/stack-file.ts';
import type { MappingStatus } from '#msk';
import type { DeployedRun, FromRunner, ToRunner } from './messages.ts';
import { packagingError } from './packaging-error.ts';

export interface RunnerOptions {
  stage: string;
  /** template parameters that replace the stage's values, such as `tripCacheSeconds=5` */
  params: readonly string[];
  /** file for the output of the functions and the framework */
  log: string;
  /** folder for temporary files of the framework and the functions, which leave some of them behind */
  temporary: string;
  /** file for what each invocation uses; undefined: nothing is measured */
  usageFile?: string | undefined;
  onStatus: (mappings: MappingStatus[]) => void;
}

export interface Runner {
  /** The id of the process that polls; 0 before it runs. */
  readonly pid: number;
  /** Resolves when the service is packaged. The servers aren't needed before. */
  packaged: Promise<void>;
  /** Creates the template's resources on the servers; resolves with their names. */
  deploy(endpoints: Endpoints, stackName: string): Promise<DeployedRun>;
  /** Resolves when all mappings poll, or when one still has no partition after {@link JOIN_MS}. */
  polling: Promise<void>;
  /** Invokes a function beside its mappings. Resolves when it has returned or failed. */
  invoke(functionName: string, event: unknown): Promise<void>;
  /** Rejects when the runner ends before it is stopped. */
  failed: Promise<never>;
  /** Starts no more batches and waits for those in flight; resolves when the process has ended. */
  stop(): Promise<void>;
}

/**
 * MB of new objects before V8 collects garbage, twice the default. The records of about a second are in memory: with
 * less room they would be copied again and again.
 */
const YOUNG_MEGABYTES = 32;

/** ms that mappings may take to join their groups. After a kill, a group expels its dead member after 10 s. */
const JOIN_MS = 30_000;

/** ms that a runner may take to finish its batches; then it is killed. */
const STOP_MS = 20_000;

/** Packages the service, and runs its bundles with the event source mappings of the compiled template. */
export function startRunner({ stage, params, log, temporary, usageFile, onStatus }: RunnerOptions): Runner {
  // Otherwise the package would contain files that a killed run has left.
  rmSync('.esbuild', { recursive: true, force: true });
  const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const output = openSync(log, 'a');
  const before = fstatSync(output).size;
  const args = [cli, 'msk', 'start', '--stage', stage, ...params.flatMap((param) => ['--param', param])];
  const child = spawn(process.execPath, [`--max-semi-space-size=${YOUNG_MEGABYTES}`, ...args], {
    stdio: ['ignore', output, output, 'ipc'],
    // In its own process group, so that Ctrl-C doesn't end it: this process stops it after the drain.
    detached: true,
    env: {
      ...withoutAws(process.env),
      AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
      TMPDIR: temporary,
      ...(usageFile !== undefined && { USAGE_FILE: usageFile }),
      NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'compile'),
    },
  });
  let isPackaged = false;
  const packaging = next(child, 'packaged').then(() => {
    isPackaged = true;
  });
  const ended = new Promise<Error>((resolve) => {
    child.once('exit', (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      resolve(
        code !== null && !isPackaged
          ? packagingError(log, before)
          : new Error(`the runner ended with ${how}; see ${log}`),
      );
    });
    child.once('error', (error) => resolve(new Error(`the runner could not be started: ${error.message}`)));
  });
  const failed = ended.then((error) => Promise.reject<never>(error));
  failed.catch(() => undefined);
  child.on('message', (message: FromRunner) => {
    if (message.type === 'status') onStatus(message.mappings);
  });

  const packaged = Promise.race([packaging, failed]);
  packaged.catch(() => undefined);
  const joined = next(child, 'status', ({ mappings }) => mappings.every(({ assigned }) => assigned > 0));
  const late = next(child, 'status').then(() => sleep(JOIN_MS, undefined, { ref: false }));
  const polling = Promise.race([joined, late, failed]).then(() => undefined);
  polling.catch(() => undefined);

  let deploying = false;
  let invocations = 0;
  return {
    pid: child.pid ?? 0,
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
    async invoke(functionName, event) {
      const id = invocations++;
      const done = next(child, 'invoked', (message) => message.id === id);
      child.send({ type: 'invoke', id, functionName, event } satisfies ToRunner);
      await Promise.race([done, failed]);
    },
    async stop() {
      // Before the deployment nothing needs a clean end.
      if (!deploying) child.kill('SIGKILL');
      else if (child.connected) child.send({ type: 'stop' } satisfies ToRunner);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Without credentials, profile and endpoints of AWS. (plugins/msk would pass these variables on to the functions.) */
export function withoutAws(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));
}

/** The next message of a type that fits. */
function next<T extends FromRunner['type']>(
  child: ChildProcess,
  type: T,
  fits: (message: Extract<FromRunner, { type: T }>) => boolean = () => true,
): Promise<Extract<FromRunner, { type: T }>> {
  return new Promise((resolve) => {
    const listen = (message: FromRunner) => {
      if (message.type !== type || !fits(message as Extract<FromRunner, { type: T }>)) return;
      child.off('message', listen);
      resolve(message as Extract<FromRunner, { type: T }>);
    };
    child.on('message', listen);
  });
}
