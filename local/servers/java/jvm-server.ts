import type { ArtifactName } from '../jars/artifacts.ts';
import { classPath } from '../jars/jars.ts';
import { processServer } from '../process/process-server.ts';
import type { Server, ServerContext } from '../server.ts';
import { type ClassArchive, classArchive } from './class-archive.ts';
import type { Java } from './java.ts';

export interface JvmServerOptions {
  readonly name: string;
  readonly endpoint: string;
  /** Whose jars it runs from. */
  readonly artifact: ArtifactName;
  /** The heap may grow to so many megabytes; what it takes is far less, see {@link HEAP}. */
  readonly heap: number;
  /** Beside those that all have: system properties. */
  readonly flags: readonly string[];
  /** The main class and its arguments. */
  readonly main: readonly string[];
  /** Prepares the data folder. @param java runs a tool of the same jars: what to put before its main class. */
  readonly prepare: (java: readonly string[]) => Promise<void>;
  readonly probe: () => Promise<unknown>;
  /** What to ask of it before it is told to end. */
  readonly farewell?: () => Promise<unknown>;
  /** How long it may take to end before it is killed. */
  readonly stopMs?: number;
  /** Its working directory; default its data folder. */
  readonly folder?: string;
  /** As {@link Server.client}. */
  readonly client?: true;
}

/**
 * For short runs on few cores. The serial collector starts fastest. The first compiler alone: measured against both
 * (2 cores shared with the load), it halves the CPU of a start and of the first 10,000 requests, and the second one's
 * better code hasn't paid for its compilation after 18,000 updates or 100,000 records.
 * A server that is out of memory ends at once, and the stack says so; else it would stand still, unseen.
 */
const FLAGS = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.net.preferIPv4Stack=true',
  '-Xlog:all=error',
];

/**
 * By itself a JVM begins with 1/64 of the machine's memory and touches a third of it before its first collection. A
 * small young generation is used again and again instead, and the old one grows by little beyond what lives in it.
 * Metaspace reaches its first threshold (21 MB) while a server starts, which costs whole collections for nothing.
 */
const HEAP = ['-Xms32m', '-Xmn16m', '-XX:MinHeapFreeRatio=10', '-XX:MaxHeapFreeRatio=25', '-XX:MetaspaceSize=96m'];

/** glibc gives each thread an arena of its own otherwise, up to eight a core. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };

/** A {@link Server} that is a Java program. */
export function jvmServer(context: ServerContext, java: Java, options: JvmServerOptions): Server {
  const program = [
    ...FLAGS,
    ...HEAP,
    `-Xmx${options.heap}m`,
    ...options.flags,
    '-cp',
    classPath(context.cache, options.artifact),
  ];
  let archive: ClassArchive | undefined;
  return processServer({
    name: options.name,
    endpoint: options.endpoint,
    port: context.port,
    log: context.log,
    launch: async () => {
      await options.prepare([java.path, ...program]);
      archive = classArchive(context, java, options.artifact);
      return {
        command: java.path,
        args: [...archive.flags, ...program, ...options.main],
        cwd: options.folder ?? context.data,
        env: { ...process.env, ...ENVIRONMENT },
      };
    },
    probe: options.probe,
    ...(options.farewell && { farewell: options.farewell }),
    ...(options.stopMs === undefined ? {} : { stopMs: options.stopMs }),
    ...(options.client && { client: true }),
    stopped: async () => archive?.keep(),
  });
}
