import { Client } from '@opensearch-project/opensearch';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { ALERT_KINDS } from '#proof/fleet/truth/alerts.ts';
import { boxOf, type CountedBy, counts, kindOf, momentOf, queryOf } from './alerts/query.ts';
import { type Command, numberOption, runCommand, UsageError } from './command.ts';
import { escaped } from './text/record-text.ts';
import { tableText } from './text/table.ts';

const USAGE = `
Usage: npm run alerts -- [--vehicle ID] [--kind KIND] [--since 1h] [--box S,W,N,E] [--by kind|vehicle|minute] [--json]

Searches the alerts in OpenSearch of the running stack, newest first.

  --vehicle ID   only alerts of this vehicle
  --kind KIND    only alerts of this kind: ${ALERT_KINDS.join(', ')}
  --since TIME   only alerts since then, by event time: 90s, 15m, 1h (default) or 7d ago, or a time in ISO 8601
  --box BOX      only alerts of vehicles in this box: south,west,north,east in degrees
  --by WHAT      counts the alerts by kind, vehicle or minute instead of listing them
  --limit N      lists at most N alerts (default 20, maximum 10000)
  --json         prints the documents or counts as JSON

Examples:
  npm run alerts -- --vehicle V123 --since 1h
  npm run alerts -- --by minute --kind Speeding
  npm run alerts -- --box 12.8,77.4,13.2,77.8
Queries to send to OpenSearch yourself are in events/search/.
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

/** The fields of an alert document that this command shows. */
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
  value: ({ speed, fuelLevel, temperature, estimatedArrival }) => speed ?? fuelLevel ?? temperature ?? estimatedArrival,
  threshold: ({ threshold }) => threshold,
  location: ({ location }) => location && `${location.lat},${location.lon}`,
  trip: ({ tripId }) => tripId,
};

/** @param findStack finds the running stack; a test passes its own */
export const alerts = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'alerts',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    if (positionals.length > 0)
      throw new UsageError(
        `"${positionals[0]}" is not an option; this command takes only options, such as --vehicle V123`,
      );
    const { vehicle, kind, since, box, by, json } = values;
    if (by !== undefined && !Object.hasOwn(counts, by))
      throw new UsageError(`--by takes ${Object.keys(counts).join(', ')}, not "${by}"`);
    const size = numberOption('limit', values.limit, { min: 1, max: 10_000, integer: true });
    const query = queryOf({
      vehicle,
      kind: kind === undefined ? kind : kindOf(kind),
      since: momentOf(since, Date.now()),
      box: box === undefined ? box : boxOf(box),
    });
    const { endpoints, servers } = await findStack();
    if (!servers.includes('opensearch'))
      throw new Error(
        'the running stack has no OpenSearch: it needs the fleet and Java 21, and --minimal leaves it out',
      );
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
  if (all > documents.length) console.log(`${documents.length} of ${all} alerts are shown; --limit N shows more`);
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
