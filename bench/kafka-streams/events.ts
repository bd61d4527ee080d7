import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KafkaRecord, mskEvent } from '#msk';

/** What Lambda hands over at once, at most. */
const EVENT_BYTES = 6 * 2 ** 20;
const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/bench/1';

/** A topic's records, those of each partition in offset order. */
export interface TopicRecords {
  brokers: string;
  topic: string;
  partitions: ReadonlyMap<number, readonly KafkaRecord[]>;
}

/** How a topic is cut into batches. Lambda puts partitions together or doesn't, as it likes. */
export interface Batching {
  readonly name: string;
  /** of a batch */
  readonly records: number;
  /** 'all': each batch has as many of each; 'one': of one partition alone, in turns */
  readonly partitions: 'all' | 'one';
}

/**
 * Writes a topic's records as the events that Lambda would make of them: a file each, so that who is fed has no more of
 * them in memory than Lambda would give it.
 * @returns the files, in order
 */
export async function writeEvents(folder: string, records: TopicRecords, batching: Batching): Promise<string[]> {
  await mkdir(folder);
  const files: string[] = [];
  for (const event of eventsOf(records, batching)) {
    const file = join(folder, `${files.length}.json`);
    const text = JSON.stringify(event);
    if (text.length > EVENT_BYTES) throw new Error(`${batching.name} make an event of ${text.length} B: too large`);
    await writeFile(file, text);
    files.push(file);
  }
  return files;
}

function* eventsOf({ brokers, topic, partitions }: TopicRecords, batching: Batching) {
  const together = batching.partitions === 'all';
  const share = together ? Math.ceil(batching.records / partitions.size) : batching.records;
  const longest = Math.max(...[...partitions.values()].map(({ length }) => length));
  for (let from = 0; from < longest; from += share) {
    const parts = [...partitions]
      .map(([partition, records]) => ({ topic, partition, records: records.slice(from, from + share) }))
      .filter(({ records }) => records.length > 0);
    for (const batch of together ? [parts] : parts.map((part) => [part])) yield mskEvent(CLUSTER, brokers, batch);
  }
}
