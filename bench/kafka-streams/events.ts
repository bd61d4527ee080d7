import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KafkaRecord, mskEvent } from '#msk';

/** The maximum size of an event from Lambda. */
const EVENT_BYTES = 6 * 2 ** 20;
const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/bench/1';

/** The records of a topic, in offset order for each partition. */
export interface TopicRecords {
  brokers: string;
  topic: string;
  partitions: ReadonlyMap<number, readonly KafkaRecord[]>;
}

/** How a topic is divided into batches. Lambda may combine partitions in a batch or not. */
export interface Batching {
  readonly name: string;
  /** records of a batch */
  readonly records: number;
  /** 'all': each batch has the same number of records of each partition; 'one': batches of one partition, in turn */
  readonly partitions: 'all' | 'one';
}

/**
 * Writes a topic's records as Lambda events, one file for each event, so that the function's process has only one event
 * in memory at a time, as with Lambda.
 * @returns the files, in order
 */
export async function writeEvents(folder: string, records: TopicRecords, batching: Batching): Promise<string[]> {
  await mkdir(folder);
  const files: string[] = [];
  for (const event of eventsOf(records, batching)) {
    const file = join(folder, `${files.length}.json`);
    const text = JSON.stringify(event);
    if (text.length > EVENT_BYTES)
      throw new Error(`${batching.name} make an event of ${text.length} B; Lambda's maximum is ${EVENT_BYTES} B`);
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
