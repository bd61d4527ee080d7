import type { ArtifactName } from './artifacts.ts';
import { type ClassArchive, classArchive } from './class-archive.ts';
import { classPath } from './jars.ts';
import type { Java } from './java.ts';
import { processServer } from './process-server.ts';
import type { Server, ServerContext } from './server.ts';

export interface JvmServerOptions {
  readonly name: string;
  readonly endpoint: string;
  /** Whose jars it runs from. */
  readonly artifact: ArtifactName;
  /** Beside those that all have: the heap's bound, system properties. */
  readonly flags: readonly string[];
  /** The main class and its arguments. */
  readonly main: readonly string[];
  /** Prepares the data folder. @param java runs a tool of the same jars: what to put before its main class. */
  readonly prepare: (java: readonly string[]) => Promise<void>;
  readonly probe: () => Promise<unknown>;
}

/** The serial collector: 2 cores and small heaps gain nothing from another, and it starts fastest. */
const FLAGS = [
  '-XX:+UseSerialGC',
  '-Djava.net.preferIPv4Stack=true',
  '-Xshare:auto',
  '-Xlog:disable',
  '-Xlog:all=error',
];

/** A {@link Server} that is a Java program. */
export function jvmServer(context: ServerContext, java: Java, options: JvmServerOptions): Server {
  const program = [...FLAGS, ...options.flags, '-cp', classPath(context.cache, options.artifact)];
  let archive: ClassArchive | undefined;
  return processServer({
    name: options.name,
    endpoint: options.endpoint,
    log: context.log,
    launch: async () => {
      await options.prepare([java.path, ...program]);
      archive = classArchive(context, java, options.artifact);
      return { command: java.path, args: [...archive.flags, ...program, ...options.main], cwd: context.data };
    },
    probe: options.probe,
    stopped: async () => archive?.keep(),
  });
}
