import type { Client } from '@opensearch-project/opensearch';
import { ALERT_INDICES, expiredIndices } from './indices.ts';

/**
 * Deletes the indices that hold nothing but alerts older than the retention. One that is gone already, is gone.
 * @param retentionMonths how many months are kept beside the current one
 * @param now ms since the epoch
 * @returns the names of the indices that it deleted
 * @throws what OpenSearch refuses, or a node that is away: the next day comes again
 */
export async function expireAlerts(
  client: Pick<Client, 'indices'>,
  retentionMonths: number,
  now: number,
): Promise<string[]> {
  const { body } = await client.indices.get({ index: ALERT_INDICES, allow_no_indices: true });
  const expired = expiredIndices(Object.keys(body), retentionMonths, now);
  // One by one: a pattern or a list that is wrong would end them all.
  for (const index of expired) await client.indices.delete({ index, ignore_unavailable: true });
  return expired;
}
