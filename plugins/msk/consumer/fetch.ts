import type { Connection, fetchV12 } from '@platformatic/kafka';
import { kafkaClient } from './kafka-client.ts';

/** How long the broker may hold a fetch back, and how many bytes end the wait. */
export interface FetchWait {
  milliseconds: number;
  bytes: number;
}

const readCommitted = 1;
const [noSession, sessionless] = [0, -1];
/** The broker sends a larger record batch whole. */
const [partitionBytes, fetchBytes] = [2 ** 20, 10 * 2 ** 20];

/**
 * Fetches committed records from one broker.
 *
 * @param positions partition to the first offset to fetch
 * @returns the response, also if the broker reports errors in it
 * @throws Error if the connection fails (see `isConnectionError`), or if the client can't decode the response
 */
export async function fetchFrom(
  connection: Connection,
  topic: string,
  positions: ReadonlyMap<number, number>,
  { milliseconds, bytes }: FetchWait,
): Promise<fetchV12.FetchResponse> {
  const { fetchV12, ResponseError } = await kafkaClient();
  const partitions = [...positions].map(([partition, offset]) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(offset),
    lastFetchedEpoch: -1,
    partitionMaxBytes: partitionBytes,
  }));
  const topics = [{ topicId: topic, partitions }];
  try {
    return await fetchV12.api.async(
      connection,
      milliseconds,
      bytes,
      fetchBytes,
      readCommitted,
      noSession,
      sessionless,
      topics,
      [],
      '',
    );
  } catch (error) {
    if (error instanceof ResponseError && error['response']) return error['response'] as fetchV12.FetchResponse;
    throw error;
  }
}

/** Whether the connection failed. Otherwise the client can't decode what the broker sent. */
export function isConnectionError({ code }: Error & { code?: unknown }): boolean {
  return typeof code === 'string' && /^(PLT_KFK_(NETWORK|RESPONSE|MULTIPLE|USER)|E[A-Z]+)$/.test(code);
}
