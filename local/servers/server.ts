/** A local server. The stack starts it, waits for it and stops it. */
export interface Server {
  /** `kafka`, `kafka-2`, `dynamodb`, `s3`, `postgres`, `rds-data`: shown on the screen; the name of the log. */
  readonly name: string;
  /** `127.0.0.1:9092` for Kafka, a URL for the others. It never changes, and answers once {@link ready} resolves. */
  readonly endpoint: string;
  /**
   * Prepares the data folder and spawns the server.
   * @throws ServerError where Java is missing, the port is taken or the disk is full
   */
  start(): Promise<void>;
  /** Resolves when the server answers a request of its own protocol; rejects when it ends, or after a bound. */
  ready(): Promise<void>;
  /** Whether the server answers a request of its own protocol within 2 s. */
  answers(): Promise<boolean>;
  /** Tells the server to end, and kills it after a bound. Idempotent; resolves when the process is gone. */
  stop(): Promise<void>;
  /** True where the server uses other servers until its end: it must be stopped before them. */
  readonly client?: true;
  /** A broker's listener for clients that come through a proxy. */
  readonly proxied?: { readonly host: string; readonly port: number };
  /** The server's process, for tests that freeze or kill it; undefined for a server in this process. */
  readonly process?: ServerProcess | undefined;
}

/** A spawned server. */
export interface ServerProcess {
  readonly pid: number;
  /** Sends a signal to the server, not to its guard: `SIGSTOP` and `SIGCONT` freeze and thaw the server. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  readonly exited: Promise<ProcessExit>;
  /** Tells the server to end, and kills its whole process group after the bound. Idempotent. */
  stop(boundMs?: number): Promise<void>;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server's folders and port. The stack gives them to the function that makes the server. */
export interface ServerContext {
  /** A folder for this server only, made by the stack (mode 0700): empty, or with the data of a run with `--keep`. */
  readonly data: string;
  /** True where `data` stays after the run: the server must keep its data in files and continue with them. */
  readonly kept: boolean;
  /** The file that the server's output is appended to. */
  readonly log: string;
  /** The port to listen on, on 127.0.0.1 only; it was free a moment ago. */
  readonly port: number;
  /** The machine's cache folder, which all runs share: jars, class archives. */
  readonly cache: string;
}

/** A server that can't start or doesn't answer. The message says what failed, where, and how to mend it. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}
