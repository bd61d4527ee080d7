import { propertiesText } from '../java/properties.ts';
import { securedClient } from './secure-properties.ts';
import type { Security } from './security.ts';

/**
 * The worker properties of a standalone Kafka Connect: where and how it runs. The connector's own file says what it
 * copies.
 * @param brokers "127.0.0.1:9092,…"
 * @param port the port of the REST API
 * @param offsets file for the offsets of source connectors; a sink's offsets are its consumer group's, in Kafka
 * @param security absent: the brokers let everybody in
 */
export function workerProperties(brokers: string, port: number, offsets: string, security?: Security): string {
  return propertiesText({
    'bootstrap.servers': brokers,
    listeners: `http://127.0.0.1:${port}`,
    'rest.advertised.host.name': '127.0.0.1',
    'offset.storage.file.filename': offsets,
    // Connect requires converters here; the connector's file sets its own.
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    // A line is in the file, and its offset is committed, a second after its record.
    'offset.flush.interval.ms': 1_000,
    'task.shutdown.graceful.timeout.ms': 5_000,
    // Finds connectors by their manifests only: scanning all classes takes seconds.
    'plugin.discovery': 'service_load',
    // The topic is created after Connect has started. Connect must notice it soon.
    'consumer.metadata.max.age.ms': 1_000,
    // A killed Connect holds its partitions for this time. The broker allows no shorter one.
    'consumer.session.timeout.ms': 6_000,
    // The worker, and the consumers of its sinks.
    ...(security && { ...securedClient(security), ...securedClient(security, 'consumer.') }),
  });
}
