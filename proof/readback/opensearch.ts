import { Client } from '@opensearch-project/opensearch';
import type { AlertDocument } from '../world.ts';
import type { StackReadback } from './readback.ts';

const INDICES = 'alerts-*';
/** Documents per page, of about 300 bytes each. */
const PAGE = 5_000;
const KEEP_ALIVE = '1m';

/** Every document of the indices of alerts, as of one point in time. */
export const opensearch: StackReadback<{ endpoint: string }, AlertDocument[]> = {
  placeOf: (endpoints) => ({ endpoint: endpoints.opensearch }),
  read: readDocuments,
};

async function readDocuments({ endpoint }: { endpoint: string }): Promise<AlertDocument[]> {
  const client = new Client({ node: endpoint, maxRetries: 0 });
  try {
    // A document can be searched only after the next refresh.
    await client.indices.refresh({ index: INDICES, allow_no_indices: true });
    const { body: indices } = await client.indices.get({ index: INDICES, allow_no_indices: true });
    if (Object.keys(indices).length === 0) return [];
    const { body: pit } = await client.createPit({ index: [INDICES], keep_alive: KEEP_ALIVE });
    const id = pit.pit_id as string;
    try {
      return await pages(client, id);
    } finally {
      await client.deletePit({ body: { pit_id: [id] } });
    }
  } finally {
    await client.close();
  }
}

async function pages(client: Client, id: string): Promise<AlertDocument[]> {
  const documents: AlertDocument[] = [];
  for (let after: unknown[] | undefined; ; ) {
    const body = {
      size: PAGE,
      query: { match_all: {} },
      pit: { id, keep_alive: KEEP_ALIVE },
      // The second field separates documents with one source in two indices.
      sort: [{ source: 'asc' as const }, { eventTime: 'asc' as const }],
      ...(after && { search_after: after as string[] }),
    };
    const { hits } = (await client.search({ body })).body.hits;
    for (const { _index, _id, _source } of hits) {
      documents.push({ index: String(_index), id: String(_id), source: _source as Record<string, unknown> });
    }
    if (hits.length < PAGE) return documents;
    after = hits.at(-1)?.sort as unknown[];
  }
}
