/** What every local server has in common: the stack starts, waits for, and stops them all by this alone. */
export interface Server {
  /** `kafka`, `kafka-2`, `dynamodb`, `s3`, `postgres`, `rds-data`: its row on the screen, the name of its log. */
  readonly name: string;
  /** `127.0.0.1:9092` for Kafka, a URL for the others: fixed when it is made, answered from {@link ready} on. */
  readonly endpoint: string;
  /**
   * Prepares the data folder and spawns the server.
   * @throws a {@link ServerError} where Java is missing, the port is taken, the disk is full.
   */
  start(): Promise<void>;
  /** Resolves when the server answers a question of its own protocol; rejects when it dies or after a bound. */
  ready(): Promise<void>;
  /** Asks it to end, kills it after a bound. Idempotent; resolves when the process is gone. */
  stop(): Promise<void>;
  /** Speaks to other servers until it has ended, and so has to be stopped before them. */
  readonly client?: true;
  /** The process behind it, for tests that freeze or kill it; absent for a server that runs in this process. */
  readonly process?: ServerProcess | undefined;
}

/** A spawned server. */
export interface ServerProcess {
  readonly pid: number;
  /** Sends a signal to the server alone, not to its guard: `SIGSTOP` and `SIGCONT` freeze and thaw it. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process is gone, with the way it went. */
  readonly exited: Promise<ProcessExit>;
  /** Asks it to end, kills its whole process group after the bound. Idempotent. */
  stop(boundMs?: number): Promise<void>;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where a server lives: given by the stack to each server's factory. */
export interface ServerContext {
  /** A folder for this server alone, created by the stack (mode 0700). Empty, or what a former run with `--keep` left. */
  readonly data: string;
  /** True where `data` outlives the run: the server has to go on from it, so it may not live in memory. */
  readonly kept: boolean;
  /** The file that its output is appended to. */
  readonly log: string;
  /** The port to listen on, on 127.0.0.1 alone; found free a moment ago. */
  readonly port: number;
  /** The cache folder of this machine, shared by all runs: jars, binaries. */
  readonly cache: string;
}

/** A server that can't start or doesn't answer. The message says what, where and how to mend it, on few lines. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}
