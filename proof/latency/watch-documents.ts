import { Client } from '@opensearch-project/opensearch';
import type { DocumentSample } from '../fleet/facts.ts';
import { type Watch, watchRepeatedly } from './watch.ts';

const WATCHED = 20;
/** More alerts than 20 vehicles raise between two refreshes. */
const NEWEST = 200;

/**
 * Searches the newest alerts of 20 vehicles up to five times a second, and notes each alert that it finds for the first
 * time. A sample is late by the time between two searches at most, and never early. Without a node there are no samples.
 */
export function watchDocuments({ endpoint }: { endpoint: string }): Watch<DocumentSample> {
  const client = new Client({ node: endpoint, maxRetries: 0, requestTimeout: 5_000 });
  const known = new Set<string>();
  let vehicles: string[] = [];

  const look = async (samples: DocumentSample[]) => {
    if (vehicles.length < WATCHED) {
      const more = (await someVehicles(client)).filter((id) => !vehicles.includes(id));
      // The first search for a vehicle doesn't tell when its alerts became searchable.
      for (const source of await newestOf(client, more)) known.add(source);
      vehicles = [...vehicles, ...more].slice(0, WATCHED);
    }
    const found = await newestOf(client, vehicles);
    const seen = Date.now();
    for (const source of found) {
      if (known.has(source)) continue;
      known.add(source);
      samples.push({ source, seen });
    }
  };
  return watchRepeatedly(look, () => client.close());
}

const anyIndex = { index: 'alerts-*', allow_no_indices: true } as const;

async function someVehicles(client: Client): Promise<string[]> {
  const aggs = { vehicles: { terms: { field: 'vehicleId', size: WATCHED } } };
  const { body } = await client.search({ ...anyIndex, body: { size: 0, aggs } });
  const found = body.aggregations?.['vehicles'] as { buckets?: { key: string }[] } | undefined;
  return (found?.buckets ?? []).map(({ key }) => key);
}

async function newestOf(client: Client, vehicles: readonly string[]): Promise<string[]> {
  if (vehicles.length === 0) return [];
  const { body } = await client.search({
    ...anyIndex,
    body: {
      query: { terms: { vehicleId: [...vehicles] } },
      sort: [{ eventTime: 'desc' }],
      size: NEWEST,
      track_total_hits: false,
      // Read from a column: the whole documents would be read and parsed for this field.
      _source: false,
      docvalue_fields: ['source'],
    },
  });
  return body.hits.hits.flatMap(({ fields }) => (fields?.['source'] ?? []) as string[]);
}
