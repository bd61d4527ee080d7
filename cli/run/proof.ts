import type { Endpoints } from '#local/servers/catalogue.ts';
import type { References } from '#msk';
import type { DomainName } from '#proof/domains.ts';
import type { GeneratorRuns, ReportFacts } from '#proof/input.ts';
import { keepFacts } from '#proof/kept-facts.ts';
import { watchAlerts } from '#proof/latency/watch-alerts.ts';
import { watchDocuments } from '#proof/latency/watch-documents.ts';
import { watchTrips } from '#proof/latency/watch-trips.ts';
import { watchVehicles } from '#proof/latency/watch-vehicles.ts';
import type { Manifest } from '#proof/manifest.ts';
import { placesOf } from '#proof/places.ts';
import { reconcile } from '#proof/reconcile.ts';
import type { Report } from '#proof/report.ts';
import { summary } from '#proof/summary.ts';
import { METRICS_FILE } from './connect.ts';
import { domains } from './domains.ts';
import type { Running, RunOptions } from './running.ts';
import { schemaIds } from './schema-ids.ts';

type Samples = ReportFacts['samples'];

/** Records when alerts, items, documents and trips arrive, until it is stopped. Latencies are computed from this. */
export async function watchRun(endpoints: Endpoints, references: References): Promise<{ stop(): Promise<Samples> }> {
  const { stores } = placesOf(endpoints, references);
  const alerts = await watchAlerts({ brokers: endpoints.kafka });
  const documents = watchDocuments({ endpoint: endpoints.opensearch });
  const vehicles = watchVehicles({ endpoint: endpoints.dynamodb, table: stores.dynamodb.tables.vehicles });
  const trips = watchTrips({ endpoint: endpoints.dynamodb, table: stores.dynamodb.tables.trips });
  return {
    async stop() {
      return {
        alerts: await alerts.stop(),
        vehicles: await vehicles.stop(),
        documents: await documents.stop(),
        trips: await trips.stop(),
      };
    },
  };
}

export interface Facts extends Pick<ReportFacts, 'seconds' | 'lag' | 'openWindows' | 'samples' | 'chaos'> {
  generators: Partial<Record<DomainName, Manifest>>;
}

/** Compares the produced records with the stored ones. Call it after the drain, while the servers still run. */
export async function proof(options: RunOptions, running: Running, facts: Facts): Promise<Report> {
  const { load, connect } = options;
  const { stack, deployed, view, startSeconds } = running;
  view.close();
  view.say('reading all topics and stores back');
  const { kafka, stores } = placesOf(stack.endpoints, deployed.references);
  const noFile = connect ? undefined : { notRun: 'Kafka Connect runs only with the orders' };
  const noSearch = notSearched(options, running);
  const all = {
    ...facts,
    ...settingsOf(deployed.environments),
    seed: load.seed,
    startSeconds,
    logins: await loginFacts(running),
    generators: generatorRuns(facts.generators, load.bad > 0),
    notRun: notFramed(options, running),
  };
  if (options.keep !== undefined) {
    const unread = { ...(noSearch && { opensearch: noSearch }), ...(noFile && { file: noFile }) };
    await keepFacts(options.keep, { facts: all, references: deployed.references, brokers: options.brokers, unread });
  }
  const own = { ...stores, opensearch: noSearch ?? stores.opensearch, file: noFile ?? { path: METRICS_FILE } };
  const report = await reconcile({ ...all, kafka, stores: own });
  view.say(summary(report));
  return report;
}

/** Why alerts can't be searched in this run; undefined if they can. */
function notSearched({ only, search }: RunOptions, { stack, deployed }: Running): { notRun: string } | undefined {
  if (!only.includes('fleet')) return { notRun: 'OpenSearch runs only with the fleet' };
  const missing = stack.notRun['opensearch'];
  if (missing !== undefined) return { notRun: missing };
  const indexed = deployed.environments['IndexAlertsLambdaFunction'] !== undefined;
  return search && indexed ? undefined : { notRun: 'the template has no search of alerts (--param search=none)' };
}

/** How logins were framed and stored. */
async function loginFacts({ stack, deployed }: Running): Promise<ReportFacts['logins']> {
  const { environments, references } = deployed;
  const { STORE_FULL_IP, OUTPUT_FORMAT, OUTPUT_SCHEMA_ID } = environments['ProcessLoginLambdaFunction'] ?? {};
  return {
    schemas: await schemaIds(stack.endpoints, references),
    storeFullIp: STORE_FULL_IP === 'true',
    output: { format: String(OUTPUT_FORMAT), schemaId: String(OUTPUT_SCHEMA_ID) },
    retentionDays: Number(environments['UpsertIntoDynamodbLambdaFunction']?.['LOGIN_DAYS']),
  };
}

/** Why no login had Confluent's framing, if logins ran without a schema registry. */
function notFramed({ schemaRegistry }: RunOptions, { stack }: Running): string[] {
  const missing = stack.notRun['schema-registry'];
  return schemaRegistry && missing !== undefined ? [`logins in Confluent's framing: ${missing}`] : [];
}

function generatorRuns(manifests: Facts['generators'], withBad: boolean): GeneratorRuns {
  const runs = Object.entries(manifests).map(([name, manifest]) => {
    const { causes } = domains[name as DomainName];
    return [name, { manifest, causes: withBad ? causes.map(({ cause }) => cause) : [] }];
  });
  return Object.fromEntries(runs) as GeneratorRuns;
}

/** The settings of the functions in the deployed template. */
function settingsOf(environments: Record<string, Record<string, unknown>>) {
  const of = (name: string, logicalId = 'ProcessTelemetryLambdaFunction') => {
    const value = Number(environments[logicalId]?.[name]);
    if (Number.isNaN(value)) throw new Error(`${logicalId} has no number in its variable ${name}: see the template`);
    return value;
  };
  return {
    thresholds: {
      speedLimitKmh: of('SPEED_LIMIT_KMH'),
      lowFuelPercent: of('LOW_FUEL_PERCENT'),
      temperatureMinC: of('TEMPERATURE_MIN_C'),
      temperatureMaxC: of('TEMPERATURE_MAX_C'),
      delayMinutes: of('DELAY_MINUTES'),
    },
    tripCacheSeconds: of('TRIP_CACHE_SECONDS'),
    tombstoneDays: of('TOMBSTONE_DAYS', 'UpsertIntoDynamodbLambdaFunction'),
    allowedLatenessSeconds: of('ALLOWED_LATENESS_SECONDS', 'AggregateOrdersLambdaFunction'),
  };
}
