import type { SearchClient } from '#lib/stores/search.ts';
import { ALERT_INDICES, expiredIndices } from './indices.ts';

/**
 * Deletes the indices in which all alerts are older than the retention. An index that is already gone is not an error.
 * @param retentionMonths number of months to keep in addition to the current one
 * @param now ms since the epoch
 * @returns the names of the deleted indices
 * @throws SearchError or another Error where OpenSearch rejects a request or doesn't answer; the next day's run tries again
 */
export async function expireAlerts(
  client: Pick<SearchClient, 'send'>,
  retentionMonths: number,
  now: number,
): Promise<string[]> {
  const indices = await client.send({ method: 'GET', path: `/${ALERT_INDICES}`, query: { allow_no_indices: 'true' } });
  const expired = expiredIndices(Object.keys(indices as object), retentionMonths, now);
  // One by one: a wrong pattern or list would delete all of them at once.
  for (const index of expired) {
    await client.send({ method: 'DELETE', path: `/${index}`, query: { ignore_unavailable: 'true' } });
  }
  return expired;
}
