import { Cluster, type KafkaRecord, TopicReader } from '#msk';
import type { LogRecord } from '../world.ts';

/** A fetch waits at most this long, and for at least one byte: a record ends the wait. */
const PATIENCE = { milliseconds: 1_000, bytes: 1 };

export interface LogReaderOptions {
  /** "127.0.0.1:9092,…" */
  brokers: string;
  topic: string;
  /** the first offset to read, by partition; other partitions are not read */
  from: ReadonlyMap<number, number>;
  /** Takes the records that were read, and the next offset. Returns false to stop reading the partition. */
  took: (partition: number, records: readonly LogRecord[], next: number) => boolean;
  /** Called where a partition can't be read further. Temporary errors, such as a lost broker, are retried instead. */
  failed: (error: Error) => void;
}

/** Reads a topic's committed records as they arrive, until it is stopped. */
export function readLog({ brokers, topic, from, took, failed }: LogReaderOptions): { stop: () => Promise<void> } {
  const next = new Map(from);
  const cluster = new Cluster(brokers);
  const at = (partition: number) => `${topic}-${partition} from offset ${next.get(partition)} on`;
  const reader = new TopicReader({
    topic,
    client: cluster.options('report'),
    position: (partition) => next.get(partition),
    took: (partition, fetched) => {
      const records = fetched.records.map((record) => recordOf(topic, partition, record));
      goOn(partition, records, fetched.next);
    },
    outOfRange: (partition) => {
      next.delete(partition);
      skipWhatIsGone(partition).catch(failed);
    },
    unreadable: (partition, _, { message }) => failed(new Error(`can't read ${at(partition)}: ${message}`)),
    failed: () => {},
    patience: () => PATIENCE,
  });
  function goOn(partition: number, records: readonly LogRecord[], offset: number): void {
    if (took(partition, records, offset)) next.set(partition, offset);
    else next.delete(partition);
    reader.wake();
  }
  /** Retention may remove records while the topic is read. */
  async function skipWhatIsGone(partition: number): Promise<void> {
    const firsts = await cluster.offsetsAt(topic, 'first');
    goOn(partition, [], firsts.get(partition) ?? 0);
  }
  reader.start();
  return {
    async stop() {
      await reader.stop();
      await cluster.disconnect();
    },
  };
}

function recordOf(topic: string, partition: number, record: KafkaRecord): LogRecord {
  const { offset, timestamp, key, value } = record;
  const headers = new Map<string, Buffer[]>();
  for (const header of record.headers) {
    const values = headers.get(header.name) ?? [];
    headers.set(header.name, values);
    if (header.value !== null) values.push(header.value);
  }
  return { topic, partition, offset, timestamp, key, value, headers };
}
