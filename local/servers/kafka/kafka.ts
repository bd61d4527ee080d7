import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { addressWithLogin } from '#msk';
import { kafkajsOptions } from '../../kafkajs-options.ts';
import { KAFKA } from '../jars/artifacts.ts';
import type { Java } from '../java/java.ts';
import { jvmServer } from '../java/jvm-server.ts';
import type { Server, ServerContext } from '../server.ts';
import { type Broker, kafkaProperties, LOG4J } from './kafka-properties.ts';
import { formatStorage } from './kafka-storage.ts';
import { firstUsers } from './secure-properties.ts';
import type { Security } from './security.ts';

/**
 * One broker of an Apache Kafka cluster.
 * @param cluster all brokers; this broker has the context's port
 * @param security absent: the brokers let everybody in
 */
export function kafkaServer(
  context: ServerContext,
  java: Java,
  cluster: readonly Broker[],
  security?: Security,
): Server {
  const broker = cluster.find(({ port }) => port === context.port) as Broker;
  const endpoint = `127.0.0.1:${broker.port}`;
  const storage = join(context.data, 'partitions');
  const properties = join(context.data, 'server.properties');
  const log4j = join(context.data, 'log4j2.properties');
  const server = jvmServer(context, java, {
    name: broker.id === 1 ? 'kafka' : `kafka-${broker.id}`,
    endpoint,
    artifact: KAFKA,
    heap: 512,
    flags: [`-Dlog4j2.configurationFile=${log4j}`],
    main: ['kafka.Kafka', properties],
    prepare: async (run) => {
      await writeFile(properties, kafkaProperties(broker, cluster, storage, security), { mode: 0o600 });
      await writeFile(log4j, LOG4J);
      const users = security && firstUsers(security);
      await formatStorage(context, broker.id, { storage, properties, java: run, ...(users && { users }) });
    },
    // The last of three brokers have closed their logs, and then wait 5 s for a controller quorum that has ended.
    ...(cluster.length > 1 ? { stopMs: 2_500 } : {}),
    probe: () => wholeClusterAnswers(endpoint, cluster.length, security),
    ping: () => withAdmin(endpoint, security, async () => {}),
  });
  return broker.proxied === undefined
    ? server
    : Object.assign(server, { proxied: { host: '127.0.0.1', port: broker.proxied.port } });
}

/** Before all brokers have joined, a broker answers, but refuses a topic with three replicas. */
async function wholeClusterAnswers(endpoint: string, brokers: number, security?: Security): Promise<void> {
  await withAdmin(endpoint, security, async (admin) => {
    const { brokers: found } = await admin.describeCluster();
    if (found.length < brokers) throw new Error(`${found.length} of ${brokers} brokers have joined`);
  });
}

/** To connect, a client asks this broker for its API versions. It asks no other broker, which may be down. */
async function withAdmin(
  endpoint: string,
  security: Security | undefined,
  work: (admin: Admin) => Promise<void>,
): Promise<void> {
  const kafka = new Kafka({
    ...kafkajsOptions(security === undefined ? endpoint : addressWithLogin(endpoint, security.toolsFile)),
    clientId: 'stack',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 1_500,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
