import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '../jars/artifacts.ts';
import { classPath } from '../jars/jars.ts';
import { type ProcessServerOptions, processServer } from '../process/process-server.ts';
import type { Server, ServerContext } from '../server.ts';
import { type ClassArchive, classArchive } from './class-archive.ts';
import type { Java } from './java.ts';

export interface JvmServerOptions {
  readonly name: string;
  readonly endpoint: string;
  /** The artifact that has the jars. */
  readonly artifact: Artifact;
  /** Megabytes that the heap may grow to. It uses far less, see {@link HEAP}. */
  readonly heap: number;
  /** Flags and system properties, beside those of all servers. */
  readonly flags: readonly string[];
  /** The main class and its arguments. */
  readonly main: readonly string[];
  /** Prepares the data folder. @param java the command for a tool of the same jars, up to its main class */
  readonly prepare: (java: readonly string[]) => Promise<void>;
  readonly probe: () => Promise<unknown>;
  /** See {@link ProcessServerOptions.ping}. */
  readonly ping?: ProcessServerOptions['ping'];
  /** See {@link ProcessServerOptions.beforeStop}. */
  readonly beforeStop?: ProcessServerOptions['beforeStop'];
  /** ms that the server has to end, before it is killed. */
  readonly stopMs?: number;
  /** The working directory; default the data folder. */
  readonly folder?: string;
  /** See {@link Server.client}. */
  readonly client?: true;
}

/**
 * For short runs on few cores. The serial collector starts fastest. Only the first compiler (C1) runs: measured on 2
 * cores that also ran the load, this halves the CPU time of a start and of the first 10,000 requests, and C2's better
 * code hadn't repaid its compilation after 18,000 updates or 100,000 records.
 * A server that is out of memory ends at once, and the stack reports it. Without the flag the server would hang.
 */
const FLAGS = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.net.preferIPv4Stack=true',
  '-Xlog:all=error',
];

/**
 * By default a JVM begins with 1/64 of the machine's memory, and touches a third of it before its first collection.
 * A small young generation is reused instead, and the old generation stays little larger than its live objects.
 * While a server starts, metaspace reaches its default threshold (21 MB), which causes useless full collections.
 */
const HEAP = ['-Xms32m', '-Xmn16m', '-XX:MinHeapFreeRatio=10', '-XX:MaxHeapFreeRatio=25', '-XX:MetaspaceSize=96m'];

/** By default glibc gives each thread its own memory arena, up to eight for each core. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };

/** A {@link Server} that is a Java program. */
export function jvmServer(context: ServerContext, java: Java, options: JvmServerOptions): Server {
  // Native libraries are unpacked here, and a killed JVM leaves them. They go with the data folder.
  const temporary = join(context.data, 'tmp');
  const program = [
    ...FLAGS,
    `-Djava.io.tmpdir=${temporary}`,
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
      await rm(temporary, { recursive: true, force: true });
      await mkdir(temporary, { recursive: true });
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
    ...(options.ping && { ping: options.ping }),
    ...(options.beforeStop && { beforeStop: options.beforeStop }),
    ...(options.stopMs === undefined ? {} : { stopMs: options.stopMs }),
    ...(options.client && { client: true }),
    stopped: async () => archive?.keep(),
  });
}
