import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { Java } from './java.ts';
import { jvmServer } from './jvm-server.ts';
import { type Broker, kafkaProperties, LOG4J } from './kafka-properties.ts';
import { runTool } from './maven.ts';
import type { Server, ServerContext } from './server.ts';

/** The id of every local cluster: one that is kept has to meet its own again. */
const CLUSTER_ID = 'bG9jYWwtbXNrLXBpcGVsaQ';

/**
 * One broker of an Apache Kafka cluster.
 * @param cluster all its brokers; this one is the one with the context's port.
 */
export function kafkaServer(context: ServerContext, java: Java, cluster: readonly Broker[]): Server {
  const broker = cluster.find(({ port }) => port === context.port) as Broker;
  const endpoint = `127.0.0.1:${broker.port}`;
  const properties = join(context.data, 'server.properties');
  const log4j = join(context.data, 'log4j2.properties');
  return jvmServer(context, java, {
    name: broker.id === 1 ? 'kafka' : `kafka-${broker.id}`,
    endpoint,
    artifact: 'kafka',
    archive: true,
    flags: ['-Xmx512m', `-Dlog4j2.configurationFile=${log4j}`],
    main: ['kafka.Kafka', properties],
    prepare: async (run) => {
      await writeFile(properties, kafkaProperties(broker, cluster, join(context.data, 'partitions')));
      await writeFile(log4j, LOG4J);
      await format(context, [...run, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties]);
    },
    // The last brokers of three have closed their logs, and wait 5 s for a quorum that is gone to let them resign.
    ...(cluster.length > 1 ? { stopMs: 2_500 } : {}),
    probe: () => wholeClusterAnswers(endpoint, cluster.length),
  });
}

/** Formats the storage, once: a kill in the middle leaves no marker, and it is formatted anew. */
async function format({ data, log }: ServerContext, [command = '', ...args]: readonly string[]): Promise<void> {
  const marker = join(data, 'formatted');
  if (existsSync(marker)) return;
  await rm(join(data, 'partitions'), { recursive: true, force: true });
  await runTool({ name: "Formatting Kafka's storage", command, args, folder: data, log });
  await writeFile(marker, '');
}

/** A broker that answers while the others are still joining would refuse a topic with three replicas. */
async function wholeClusterAnswers(endpoint: string, brokers: number): Promise<void> {
  const kafka = new Kafka({
    clientId: 'stack',
    brokers: [endpoint],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 1_500,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers: found } = await admin.describeCluster();
    if (found.length < brokers) throw new Error(`${found.length} of ${brokers} brokers have joined`);
  } finally {
    await admin.disconnect();
  }
}
