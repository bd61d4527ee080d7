import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerDescription } from '../description.ts';
import type { Artifact } from '../jars/artifacts.ts';
import type { Java } from '../java/java.ts';
import { jvmServer } from '../java/jvm-server.ts';
import { type Server, type ServerContext, ServerError } from '../server.ts';
import { workerProperties } from './connect-properties.ts';
import { LOG4J } from './kafka-properties.ts';
import type { Security } from './security.ts';

/** The connector that a local Connect runs. Any other Connect can run the same file. */
const CONNECTOR = fileURLToPath(import.meta.resolve('#resources/connect/metrics-file-sink.properties'));

const ARTIFACT: Artifact = {
  name: 'connect',
  version: '4.3.1',
  coordinates: [
    'org.apache.kafka:connect-runtime:4.3.1',
    'org.apache.kafka:connect-file:4.3.1',
    'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
  ],
  megabytes: 38,
};

export const connect = {
  name: 'connect',
  usual: 8083,
  isIn: ({ minimal, connect: asked }) => !minimal && asked,
  artifact: ARTIFACT,
  optional: true,
  make: ({ context, java, brokers, security, root }) =>
    connectServer(context, java, { brokers, security, folder: root }),
} as const satisfies ServerDescription;

export interface ConnectOptions {
  /** "127.0.0.1:9092,…" */
  readonly brokers: string;
  /** Of brokers that ask for a password. */
  readonly security?: Security | undefined;
  /** The folder that the path in the connector's file is relative to. */
  readonly folder: string;
}

/**
 * Kafka Connect, standalone, with the file sink of product-metrics. Ready when the connector's task runs, even where
 * the topic doesn't exist yet.
 */
export function connectServer(context: ServerContext, java: Java, options: ConnectOptions): Server {
  const { brokers, security, folder } = options;
  const endpoint = `http://127.0.0.1:${context.port}`;
  const worker = join(context.data, 'worker.properties');
  const log4j = join(context.data, 'log4j2.properties');
  return jvmServer(context, java, {
    name: 'connect',
    endpoint,
    artifact: ARTIFACT,
    heap: 256,
    flags: [`-Dlog4j2.configurationFile=${log4j}`],
    main: ['org.apache.kafka.connect.cli.ConnectStandalone', worker, CONNECTOR],
    folder,
    client: true,
    prepare: async () => {
      await prepareFile(resolve(folder, (await connector()).file), context);
      const offsets = join(context.data, 'offsets');
      await writeFile(worker, workerProperties(brokers, context.port, offsets, security), { mode: 0o600 });
      await writeFile(log4j, LOG4J);
    },
    probe: async () => taskRuns(endpoint, (await connector()).name),
    // Connect's shutdown can hang in its web server's shutdown hook. This request commits the sink's offsets and makes
    // its consumer leave the group, so that a kill loses nothing.
    beforeStop: async () => fetch(`${endpoint}/connectors/${(await connector()).name}/stop`, { method: 'PUT' }),
    stopMs: 3_000,
  });
}

/**
 * Prepares the sink's file. It has the records of this run's topic, so it starts empty. Where the run's data is kept,
 * so are the group's offsets: the file is then in the kept folder, and the path is a link to it. A run that keeps
 * nothing replaces only the link.
 */
async function prepareFile(path: string, { kept, data }: ServerContext): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  if (!kept) return writeFile(path, '');
  const own = join(data, basename(path));
  await writeFile(own, '', { flag: 'a' });
  await symlink(own, path);
}

async function connector(): Promise<{ name: string; file: string }> {
  const text = await readFile(CONNECTOR, 'utf8');
  const property = (name: string): string => {
    const value = new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new ServerError(`${CONNECTOR} has no property ${name}: add it`);
    return value;
  };
  return { name: property('name'), file: property('file') };
}

interface ConnectorStatus {
  connector: { state: string };
  tasks: { state: string }[];
}

async function taskRuns(endpoint: string, name: string): Promise<void> {
  const response = await fetch(`${endpoint}/connectors/${name}/status`, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  const { connector: own, tasks } = (await response.json()) as ConnectorStatus;
  const states = [own.state, ...tasks.map(({ state }) => state)];
  if (states.length < 2 || states.some((state) => state !== 'RUNNING')) throw new Error(`${name}: ${states.join()}`);
}
