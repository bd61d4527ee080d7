import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Server, ServerError, type ServerProcess } from '../server.ts';
import { listensOn } from './port-owner.ts';
import { type ProcessOptions, spawnServer } from './process.ts';

export interface ProcessServerOptions {
  readonly name: string;
  readonly endpoint: string;
  /** The port of the endpoint. */
  readonly port?: number;
  readonly log: string;
  /** Prepares the data folder and says what to run. */
  readonly launch: () => Promise<Omit<ProcessOptions, 'name' | 'log'>>;
  /** Asks the server; resolves when it answered, rejects or hangs while it doesn't. */
  readonly probe: () => Promise<unknown>;
  /** How long it may take until it answers. */
  readonly readyMs?: number;
  /** What to ask of it before it is told to end; given up where it fails or isn't answered in {@link FAREWELL_MS}. */
  readonly farewell?: () => Promise<unknown>;
  /** How long it may take to end before it is killed. */
  readonly stopMs?: number;
  /** As {@link Server.client}. */
  readonly client?: true;
  /** What to do when it was stopped and is gone. */
  readonly stopped?: () => Promise<void>;
}

const READY_MS = 120_000;
const PROBE_MS = 2_000;
const PAUSE_MS = 50;
export const FAREWELL_MS = 5_000;
const LOG_LINES = 8;
const DIED = Symbol('died');

/** A {@link Server} that is a process of its own: spawned by what `launch` says, ready when `probe` is answered. */
export function processServer(options: ProcessServerOptions): Server {
  let running: ServerProcess | undefined;
  let starting: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    running = undefined;
    const launch = await options.launch();
    running = await spawnServer({ ...launch, name: options.name, log: options.log });
  };

  const ready = async (): Promise<void> => {
    if (running === undefined) throw new ServerError(`${options.name} was not started`);
    const bound = options.readyMs ?? READY_MS;
    const deadline = Date.now() + bound;
    const died = running.exited.then(() => DIED);
    let refusal: unknown;
    while (Date.now() < deadline) {
      refusal = await Promise.race([died, refusalOf(options.probe, PROBE_MS)]);
      if (refusal === undefined) {
        if (options.port === undefined || (await listensOn(running.pid, options.port))) return;
        refusal = new Error('another program answers there');
      }
      if (refusal === DIED) throw await failure(options, await exitText(running));
      await Promise.race([died, sleep(PAUSE_MS)]);
    }
    const why = refusal instanceof Error ? refusal.message : String(refusal);
    throw await failure(options, `did not answer on ${options.endpoint} within ${bound / 1000} s (${why})`);
  };

  return {
    name: options.name,
    endpoint: options.endpoint,
    ...(options.client && { client: true }),
    get process() {
      return running;
    },
    start: () => {
      starting ??= start();
      return starting;
    },
    ready,
    stop: async () => {
      // A stop in the middle of a start must not leave what is about to be spawned.
      await starting?.catch(() => {});
      if (running !== undefined) {
        if (options.farewell) await Promise.race([running.exited, refusalOf(options.farewell, FAREWELL_MS)]);
        await running.stop(options.stopMs);
        await options.stopped?.();
      }
      // It may be started again, on the same port and data.
      starting = undefined;
    },
  };
}

/** Why a question failed; undefined where it was answered. */
async function refusalOf(ask: () => Promise<unknown>, boundMs: number): Promise<unknown> {
  const silent = sleep(boundMs, `no answer within ${boundMs / 1000} s`, { ref: false });
  const answered = ask().then(
    () => undefined,
    (error: unknown) => error,
  );
  return Promise.race([answered, silent]);
}

async function exitText(process: ServerProcess): Promise<string> {
  const { code, signal } = await process.exited;
  return `ended before it answered (${signal === null ? `exit code ${code}` : signal})`;
}

async function failure(options: ProcessServerOptions, what: string): Promise<ServerError> {
  const text = await readFile(options.log, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-LOG_LINES);
  const mend = /No space left on device/i.test(text) ? 'The disk is full: free some space and start again.\n' : '';
  return new ServerError(
    `${options.name} ${what}.\n${mend}${lines.map((line) => `  ${line}`).join('\n')}\n  log: ${options.log}`,
  );
}
