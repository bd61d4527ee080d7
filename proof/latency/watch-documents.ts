import { Client } from '@opensearch-project/opensearch';
import { lookRepeatedly } from './look-repeatedly.ts';
import type { Watch } from './watch-alerts.ts';

/** An alert that a search has found. */
export interface DocumentSample {
  /** the alert's `source`: `raw-data-topic-<partition>-<offset>/<kind>` */
  source: string;
  /** when a search first found it, ms since the epoch */
  seen: number;
}

const WATCHED = 20;
/** More than 20 vehicles raise between two refreshes. */
const NEWEST = 200;

/**
 * Searches the newest alerts of 20 vehicles five times a second, and notes each that it hasn't found before. A sample is
 * late by the poll at most (200 ms), never early. A node that isn't there gives none.
 */
export function watchDocuments({ endpoint }: { endpoint: string }): Watch<DocumentSample> {
  const client = new Client({ node: endpoint, maxRetries: 0, requestTimeout: 5_000 });
  const samples: DocumentSample[] = [];
  const known = new Set<string>();
  let vehicles: string[] = [];

  const look = async () => {
    if (vehicles.length < WATCHED) {
      const more = (await someVehicles(client)).filter((id) => !vehicles.includes(id));
      // The first sight of a vehicle says nothing of when its alerts became searchable.
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
  const stop = lookRepeatedly(look);

  return {
    seen: () => samples.length,
    async stop() {
      await stop();
      await client.close();
      return samples;
    },
  };
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
      _source: ['source'],
    },
  });
  return body.hits.hits.map(({ _source }) => (_source as { source: string }).source);
}
