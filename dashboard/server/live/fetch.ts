import type { Base, Broker, fetchV12 } from '@platformatic/kafka';
import { committedRecords, isConnectionError } from '#msk';
import type { PlacedRecord } from './kafka-record.ts';

/** The next offset of each partition, by topic. */
export type Positions = Map<string, Map<number, number>>;

export interface FetchedPartition {
  topic: string;
  partition: number;
  /** the offset that was asked for */
  from: number;
  records: readonly PlacedRecord[];
  next: number;
  /** The log doesn't hold the offset (any more). */
  isOutOfRange: boolean;
}

/** The client can't decode a response: an unknown compression, for example. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** Bytes that end a wait early, and the most that one partition, and the whole fetch, gives. */
const [ENOUGH, PARTITION_BYTES, FETCH_BYTES] = [256 * 1024, 512 * 1024, 4 * 1024 * 1024];
const OUT_OF_RANGE = 1;
const [READ_COMMITTED, NO_SESSION, SESSIONLESS] = [1, 0, -1];

/**
 * Fetches committed records of many topics from one broker.
 * @param waitMs how long the broker may wait for more records; a longer wait costs less CPU time
 * @throws UnreadableError if the client can't decode the response
 * @throws Error if the connection fails, or the broker reports another error
 */
export async function fetchMany(
  client: Base,
  broker: Broker,
  positions: Positions,
  waitMs: number,
): Promise<FetchedPartition[]> {
  const { fetchV12: fetch, ResponseError } = await import('@platformatic/kafka');
  const topics = [...positions].map(([topicId, offsets]) => ({
    topicId,
    partitions: [...offsets].map(([partition, offset]) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offset),
      lastFetchedEpoch: -1,
      partitionMaxBytes: PARTITION_BYTES,
    })),
  }));
  const connection = await client.connections.get(broker);
  const options = [waitMs, ENOUGH, FETCH_BYTES, READ_COMMITTED, NO_SESSION, SESSIONLESS] as const;
  const { responses } = await fetch.api.async(connection, ...options, topics, [], '').catch((error: unknown) => {
    // The response reports errors of single partitions.
    if (error instanceof ResponseError && error['response']) return error['response'] as fetchV12.FetchResponse;
    if (isConnectionError(error as Error)) throw error;
    throw new UnreadableError('the Kafka client can not decode what it fetched', { cause: error });
  });
  return responses.flatMap(({ topicId, partitions }) => partitions.map((own) => fetchedOf(topicId, own, positions)));
}

function fetchedOf(topic: string, own: fetchV12.FetchResponsePartition, positions: Positions): FetchedPartition {
  const partition = own.partitionIndex;
  const isOutOfRange = own.errorCode === OUT_OF_RANGE;
  if (own.errorCode !== 0 && !isOutOfRange)
    throw new Error(`fetch of ${topic}-${partition} failed with Kafka's error code ${own.errorCode}`);
  const from = positions.get(topic)?.get(partition) ?? 0;
  const { records, next } = isOutOfRange ? { records: [], next: from } : committedRecords(own, from);
  return {
    topic,
    partition,
    from,
    next,
    isOutOfRange,
    records: records.map((record) => ({ ...record, topic, partition })),
  };
}
