import { Client } from '@opensearch-project/opensearch';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { boxOf, type CountedBy, counts, momentOf, queryOf } from './alerts/query.ts';
import { type Command, numberOption, runCommand, UsageError } from './command.ts';
import { escaped } from './record-text.ts';
import { tableText } from './table.ts';

const USAGE = `
Usage: npm run alerts -- [--vehicle ID] [--kind KIND] [--since 1h] [--box S,W,N,E] [--by kind|vehicle|minute] [--json]

Searches the alerts that the running stack's OpenSearch holds, the newest first.

  --vehicle ID   of this vehicle alone
  --kind KIND    Speeding, LowFuel, Temperature or Delay alone
  --since TIME   of the last 90s, 15m, 1h (default), 7d, or from a time in ISO 8601 on; by the alert's own time
  --box BOX      where the vehicle was: south,west,north,east in degrees
  --by WHAT      counts them by kind, vehicle or minute instead of listing them
  --limit N      lists so many at most (default 20, up to 10000)
  --json         documents, or counts, as JSON

Examples:
  npm run alerts -- --vehicle V123 --since 1h
  npm run alerts -- --by minute --kind Speeding
  npm run alerts -- --box 12.8,77.4,13.2,77.8
The queries themselves: events/search/.
`;

const OPTIONS = {
  vehicle: { type: 'string' },
  kind: { type: 'string' },
  since: { type: 'string', default: '1h' },
  box: { type: 'string' },
  by: { type: 'string' },
  limit: { type: 'string', default: '20' },
  json: { type: 'boolean' },
} as const;

/** A document of an index of alerts, as far as it is shown. */
interface AlertDocument {
  eventTime: string;
  vehicleId: string;
  alert: string;
  threshold?: number;
  location?: { lat: number; lon: number };
  tripId?: string;
  speed?: number;
  fuelLevel?: number;
  temperature?: number;
  estimatedArrival?: string;
}

const columns: Readonly<Record<string, (document: AlertDocument) => string | number | undefined>> = {
  time: ({ eventTime }) => eventTime,
  vehicle: ({ vehicleId }) => vehicleId,
  alert: ({ alert }) => alert,
  was: ({ speed, fuelLevel, temperature, estimatedArrival }) => speed ?? fuelLevel ?? temperature ?? estimatedArrival,
  threshold: ({ threshold }) => threshold,
  location: ({ location }) => location && `${location.lat},${location.lon}`,
  trip: ({ tripId }) => tripId,
};

/** @param findStack the running stack: another than this checkout's in tests */
export const alerts = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'alerts',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    if (positionals.length > 0) throw new UsageError(`what is "${positionals[0]}" for? Every choice is an option`);
    const { vehicle, kind, since, box, by, json } = values;
    if (by !== undefined && !Object.hasOwn(counts, by))
      throw new UsageError(`--by takes ${Object.keys(counts).join(', ')}`);
    const size = numberOption('limit', values.limit, { min: 1, max: 10_000, integer: true });
    const query = queryOf({
      vehicle,
      kind,
      since: momentOf(since, Date.now()),
      box: box === undefined ? box : boxOf(box),
    });
    const { endpoints, servers } = await findStack();
    if (!servers.includes('opensearch')) throw new Error('the running stack has no OpenSearch: its start says why');
    const client = new Client({ node: endpoints.opensearch, maxRetries: 0 });
    signal.addEventListener('abort', () => void client.close());
    try {
      if (by === undefined) await list(client, query, size, json ?? false);
      else await count(client, query, by as CountedBy, json ?? false);
    } finally {
      await client.close();
    }
  },
});

const anyIndex = { index: 'alerts-*', ignore_unavailable: true, allow_no_indices: true } as const;

async function list(client: Client, query: object, size: number, json: boolean): Promise<void> {
  const sort = [{ eventTime: { order: 'desc' as const, unmapped_type: 'date' as const } }];
  const { body } = await client.search({ ...anyIndex, body: { query, size, sort, track_total_hits: true } });
  const documents = body.hits.hits.map(({ _source }) => _source as AlertDocument);
  if (json) return console.log(JSON.stringify(documents, undefined, 2));
  const names = Object.keys(columns);
  const rows = documents.map((document) => Object.values(columns).map((of) => escaped(String(of(document) ?? ''))));
  console.log(
    tableText(
      names,
      rows,
      names.map((name) => name === 'threshold'),
    ),
  );
  const { total } = body.hits;
  const all = typeof total === 'object' ? total.value : (total ?? 0);
  if (all > documents.length) console.log(`of ${all}: --limit lists more`);
}

async function count(client: Client, query: object, by: CountedBy, json: boolean): Promise<void> {
  const { body } = await client.search({ ...anyIndex, body: { query, size: 0, aggs: { by: counts[by] } } });
  const found = body.aggregations?.['by'] as
    | { buckets?: { key: string; key_as_string?: string; doc_count: number }[] }
    | undefined;
  const buckets = (found?.buckets ?? []).map(
    ({ key, key_as_string, doc_count }) => [key_as_string ?? key, doc_count] as const,
  );
  if (json) return console.log(JSON.stringify(Object.fromEntries(buckets), undefined, 2));
  console.log(
    tableText(
      [by, 'alerts'],
      buckets.map(([key, n]) => [escaped(key), String(n)]),
      [false, true],
    ),
  );
}

if (import.meta.main) process.exit(await runCommand(alerts()));
