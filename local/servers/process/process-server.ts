import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { listensOn } from '../ports/port-owner.ts';
import { type Server, ServerError, type ServerProcess } from '../server.ts';
import { exitText, type ProcessOptions, spawnServer } from './process.ts';
import { mendFor } from './tool.ts';

export interface ProcessServerOptions {
  readonly name: string;
  readonly endpoint: string;
  /** The port of the endpoint. */
  readonly port?: number;
  readonly log: string;
  /** Prepares the data folder and returns the command. */
  readonly launch: () => Promise<Omit<ProcessOptions, 'name' | 'log'>>;
  /** Asks the server: resolves when the server has answered; rejects or hangs while it doesn't answer. */
  readonly probe: () => Promise<unknown>;
  /** Asks a server that has been ready; by default the same as `probe`. */
  readonly ping?: () => Promise<unknown>;
  /** ms within which the server must answer. */
  readonly readyMs?: number;
  /** A request to the server before it is told to end. The stop ignores its error, and waits {@link BEFORE_STOP_MS}. */
  readonly beforeStop?: () => Promise<unknown>;
  /** ms that the server has to end, before it is killed. */
  readonly stopMs?: number;
  /** See {@link Server.client}. */
  readonly client?: true;
  /** Called when the server was stopped and is gone. */
  readonly stopped?: () => Promise<void>;
}

const READY_MS = 120_000;
const PROBE_MS = 2_000;
/** Between two probes. */
const PAUSE_MS = 50;
/** How long the stop waits for `beforeStop`. */
export const BEFORE_STOP_MS = 5_000;
/** Lines of the log in an error. */
const LOG_LINES = 8;
const DIED = Symbol('died');

/** A {@link Server} in another process: spawned with the command of `launch`, ready when `probe` resolves. */
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
      if (refusal === DIED) {
        throw await failure(options, `ended before it answered (${exitText(await running.exited)})`);
      }
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
    answers: async () => (await refusalOf(options.ping ?? options.probe, PROBE_MS)) === undefined,
    stop: async () => {
      // In the middle of a start, the process may be about to be spawned.
      await starting?.catch(() => {});
      if (running !== undefined) {
        if (options.beforeStop) await Promise.race([running.exited, refusalOf(options.beforeStop, BEFORE_STOP_MS)]);
        await running.stop(options.stopMs);
        await options.stopped?.();
      }
      // The server may be started again, on the same port and data.
      starting = undefined;
    },
  };
}

/** The error of a request; undefined where it was answered. */
async function refusalOf(ask: () => Promise<unknown>, boundMs: number): Promise<unknown> {
  const silent = sleep(boundMs, `no answer within ${boundMs / 1000} s`, { ref: false });
  const answered = ask().then(
    () => undefined,
    (error: unknown) => error,
  );
  return Promise.race([answered, silent]);
}

async function failure(options: ProcessServerOptions, what: string): Promise<ServerError> {
  const text = await readFile(options.log, 'utf8').catch(() => '');
  const last = text.trimEnd().split('\n').slice(-LOG_LINES);
  const lines = [...last, `log: ${options.log}`].map((line) => `  ${line}`);
  return new ServerError([`${options.name} ${what}.`, ...[mendFor(text) ?? []].flat(), ...lines].join('\n'));
}
