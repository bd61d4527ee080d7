import { Client } from '@opensearch-project/opensearch';
import type { AlertDocument } from '../world.ts';

const MOST = 100;

/** The OpenSearch documents of a record: under its own source, or under the source of one of its alerts. */
export async function findDocuments({ endpoint }: { endpoint: string }, source: string): Promise<AlertDocument[]> {
  const client = new Client({ node: endpoint, maxRetries: 0 });
  try {
    const indices = { index: 'alerts-*', allow_no_indices: true };
    await client.indices.refresh(indices);
    const should = [{ term: { source } }, { prefix: { source: `${source}/` } }];
    const body = { query: { bool: { should } }, sort: [{ source: { order: 'asc' as const } }], size: MOST };
    const { hits } = (await client.search({ ...indices, body })).body.hits;
    return hits.map(({ _index, _id, _source }) => ({
      index: String(_index),
      id: String(_id),
      source: _source as Record<string, unknown>,
    }));
  } finally {
    await client.close();
  }
}

export function documentText({ index, source }: AlertDocument): string {
  return `${index}  ${JSON.stringify(source)}`;
}
