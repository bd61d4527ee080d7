import { propertiesText } from '../java/properties.ts';
import { securedBroker } from './secure-properties.ts';
import type { Security } from './security.ts';

/** A broker's id and ports. */
export interface Broker {
  /** From 1. */
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** A second listener, for clients that come through a proxy: its port, and the proxy's. */
  readonly proxied?: { readonly port: number; readonly proxyPort: number } | undefined;
}

const MIB = 2 ** 20;

/**
 * The `server.properties` of one broker of a KRaft cluster in combined mode (each broker is a controller too).
 * @param cluster all brokers, with this one
 * @param logs the folder of the broker's partitions
 * @param security absent: the brokers let everybody in
 */
export function kafkaProperties(broker: Broker, cluster: readonly Broker[], logs: string, security?: Security): string {
  const listener = security === undefined ? 'PLAINTEXT' : 'SASL_SSL';
  const replicas = cluster.length;
  const inSync = Math.max(1, replicas - 1);
  const { proxied } = broker;
  const proxiedAt = (port: number | undefined) => (port === undefined ? '' : `,PROXIED://127.0.0.1:${port}`);
  return propertiesText({
    'process.roles': 'broker,controller',
    'node.id': broker.id,
    'controller.quorum.voters': cluster.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    listeners: `${listener}://127.0.0.1:${broker.port},CONTROLLER://127.0.0.1:${broker.controllerPort}${proxiedAt(proxied?.port)}`,
    // A client is told the addresses of the listener that it asks: behind a proxy, it stays behind the proxies.
    'advertised.listeners': `${listener}://127.0.0.1:${broker.port}${proxiedAt(proxied?.proxyPort)}`,
    ...(security && securedBroker(security)),
    'log.dirs': logs,

    // Only the template creates topics: a misspelt name must be an error.
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    // Each topic's max.message.bytes is the limit; the brokers allow the largest limit of a topic.
    'message.max.bytes': 10 * MIB,
    'replica.fetch.max.bytes': 10 * MIB,

    // A first poll doesn't wait for other members of the group.
    'group.initial.rebalance.delay.ms': 0,
    // The default, 50 partitions for each topic, takes most of a small cluster's time to its first commit.
    'offsets.topic.num.partitions': 3,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': 3,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,

    // All brokers stop together: the last ones would wait for a controller to move their partitions, and none is left.
    'controlled.shutdown.enable': false,

    // For a laptop: small segments and indexes, and a cleaner buffer that isn't the default 128 MB of the heap.
    'log.preallocate': false,
    'log.segment.bytes': 64 * MIB,
    'log.index.size.max.bytes': MIB,
    'log.cleaner.dedupe.buffer.size': 8 * MIB,
    'log.retention.hours': 7 * 24,
    'num.io.threads': 4,
    'num.network.threads': 2,
  });
}

/** Log4j 2: warnings and errors, to the server's log. */
export const LOG4J = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`;
