/**
 * The worker's properties of a standalone Kafka Connect. What it does is in the connector's own file; this is where and
 * how it runs, and so differs with each place.
 * @param brokers "127.0.0.1:9092,…"
 * @param port of its REST listener
 * @param offsets file for source connectors' offsets; a sink's are in Kafka, as its consumer group's
 */
export function workerProperties(brokers: string, port: number, offsets: string): string {
  const properties = {
    'bootstrap.servers': brokers,
    listeners: `http://127.0.0.1:${port}`,
    'rest.advertised.host.name': '127.0.0.1',
    'offset.storage.file.filename': offsets,
    // The connector names its own.
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    // A line is in the file, and its offset committed, a second after its record.
    'offset.flush.interval.ms': 1_000,
    'task.shutdown.graceful.timeout.ms': 5_000,
    // Connectors are found by their manifests alone: scanning all classes takes seconds.
    'plugin.discovery': 'service_load',
    // The topic is made after Connect has started, and has to be noticed then.
    'consumer.metadata.max.age.ms': 1_000,
    // One that was killed holds its partitions no longer than that. The broker allows no less.
    'consumer.session.timeout.ms': 6_000,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
