import { PermanentError } from '#lib/errors.ts';
import type { Failure } from '#lib/kafka/batch.ts';
import type { AnyProducer } from '#lib/kafka/client/producer.ts';
import type { Fetched, StoredRecord, TopicReader } from '#lib/kafka/client/topic-reader.ts';
import { deadLetter } from '#lib/kafka/dead-letter.ts';
import type { ProducedHeader } from '#lib/kafka/headers.ts';
import type { OwnMessage } from '#lib/kafka/message.ts';
import { batchOfRecords } from '#test/support/msk-event.ts';

const PARTITIONS = 3;
/** Records that one fetch returns. */
const FETCHED = 2;

const bytes = (data: Buffer | string | null) => (typeof data === 'string' ? Buffer.from(data) : data);

export interface MemoryTopics {
  readonly reader: TopicReader;
  readonly producer: AnyProducer;
  /** all records of a topic, by partition and offset */
  records(topic: string): StoredRecord[];
  append(
    topic: string,
    partition: number,
    message: Pick<OwnMessage, 'key' | 'value' | 'headers'>,
    timestamp?: number,
  ): StoredRecord;
  /** Retention or compaction removes records. */
  remove(topic: string, partition: number, isRemoved: (offset: number) => boolean): void;
  /** Appends the dead letter of a record, as a function writes it. @param partition of the dead-letter topic */
  refuse(record: StoredRecord, refused: Refused): StoredRecord;
}

export interface Refused {
  readonly by: string;
  readonly topic: string;
  readonly code?: string;
  readonly partition?: number;
  /** bytes that fit into a dead letter */
  readonly fits?: number;
}

/** Topics in memory. @param send called before each request of the producer; it may throw */
export function memoryTopics(
  send: (messages: readonly OwnMessage[], store: () => void) => void = (_, store) => store(),
) {
  const logs = new Map<string, StoredRecord[]>();
  const firsts = new Map<string, number>();
  let clock = Date.now() - 1_000_000;
  const logOf = (topic: string, partition: number) => logs.get(`${topic}-${partition}`) ?? [];
  const endOf = (topic: string, partition: number) => (logOf(topic, partition).at(-1)?.offset ?? -1) + 1;

  const topics: MemoryTopics = {
    reader: {
      async offsetsAt(topic, place) {
        return new Map(
          Array.from({ length: PARTITIONS }, (_, partition) => {
            const first = firsts.get(`${topic}-${partition}`) ?? 0;
            const at = logOf(topic, partition).find(({ timestamp }) => typeof place === 'number' && timestamp >= place);
            return [partition, place === 'first' ? first : (at?.offset ?? endOf(topic, partition))];
          }),
        );
      },
      async fetch(topic, partition, offset): Promise<Fetched | undefined> {
        if (offset < (firsts.get(`${topic}-${partition}`) ?? 0)) return undefined;
        const records = logOf(topic, partition)
          .filter((record) => record.offset >= offset)
          .slice(0, FETCHED);
        return { records, next: (records.at(-1)?.offset ?? offset - 1) + 1 };
      },
      close: async () => undefined,
    },
    producer: {
      async send(_, messages) {
        send(messages, () => {
          for (const message of messages) topics.append(message.topic, message.partition ?? 0, message, Date.now());
        });
        return [];
      },
      close: async () => undefined,
    },
    records: (topic) => Array.from({ length: PARTITIONS }, (_, partition) => logOf(topic, partition)).flat(),
    append(topic, partition, { key, value, headers }, timestamp) {
      clock += 1;
      const stored: StoredRecord = {
        topic,
        partition,
        offset: endOf(topic, partition),
        timestamp: timestamp ?? clock,
        key: bytes(key),
        value: bytes(value),
        headers: headers.map((header: ProducedHeader) => ({ name: header.name, value: bytes(header.value) })),
      };
      logs.set(`${topic}-${partition}`, [...logOf(topic, partition), stored]);
      return stored;
    },
    remove(topic, partition, isRemoved) {
      const left = logOf(topic, partition).filter(({ offset }) => !isRemoved(offset));
      firsts.set(`${topic}-${partition}`, left[0]?.offset ?? endOf(topic, partition));
      logs.set(`${topic}-${partition}`, left);
    },
    refuse(record, { by, topic, code = 'SCHEMA', partition = record.offset % PARTITIONS, fits }) {
      const { headers, ...rest } = record;
      const [own] = batchOfRecords([{ ...rest, headerList: headers }]).partitions[0]?.records ?? [];
      const failure = { record: own, error: new PermanentError(code, 'field: wrong') } as Failure;
      return topics.append(topic, partition, deadLetter(failure, topic, by, fits));
    },
  };
  return topics;
}
