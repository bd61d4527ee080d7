import type { References } from '../../plugins/msk/contract.ts';
import type { Endpoints } from '../deploy/servers.ts';
import { BAD_RECORDS } from '../generators/fleet/bad-records.ts';
import type { Manifest } from '../generators/manifest.ts';
import type { ReportFacts } from '../report/input.ts';
import { watchAlerts } from '../report/latency/watch-alerts.ts';
import { watchVehicles } from '../report/latency/watch-vehicles.ts';
import { placesOf } from '../report/places.ts';
import { reconcile } from '../report/reconcile.ts';
import type { Report } from '../report/report.ts';
import { summary } from '../report/summary.ts';
import type { Running, RunOptions } from './running.ts';

type Samples = ReportFacts['samples'];

/** Watches what the latencies are taken from, until it is stopped. */
export async function watchLatencies(
  endpoints: Endpoints,
  references: References,
): Promise<{ stop(): Promise<Samples> }> {
  const { stores } = placesOf(endpoints, references);
  const alerts = await watchAlerts({ brokers: endpoints.kafka });
  const vehicles = watchVehicles({ endpoint: endpoints.dynamodb, table: stores.dynamodb.tables.vehicles });
  return {
    async stop() {
      return { alerts: await alerts.stop(), vehicles: await vehicles.stop() };
    },
  };
}

export interface Facts extends Pick<ReportFacts, 'seconds' | 'lag' | 'samples'> {
  generators: Record<string, Manifest>;
}

/** Compares what was produced with what is stored. Call it when all is drained and the servers still run. */
export async function proof({ load }: RunOptions, running: Running, facts: Facts): Promise<Report> {
  const { stack, deployed, view, startSeconds } = running;
  const { fleet, demo } = facts.generators;
  const causes = load.bad > 0 ? BAD_RECORDS.map(({ cause }) => cause) : [];
  view.close();
  view.say('reading everything back');
  const report = await reconcile({
    ...placesOf(stack.endpoints, deployed.references),
    ...facts,
    ...settingsOf(deployed.environments),
    seed: load.seed,
    startSeconds,
    generators: { ...(fleet && { fleet: { manifest: fleet, causes } }), ...(demo && { demo: { manifest: demo } }) },
    notRun: [],
  });
  view.say(summary(report));
  return report;
}

/** The thresholds that the stage's own template gives its function. */
function settingsOf(environments: Record<string, Record<string, unknown>>) {
  const of = (name: string) => {
    const value = Number(environments['ProcessTelemetryLambdaFunction']?.[name]);
    if (Number.isNaN(value)) throw new Error(`the template gives processTelemetry no number as ${name}`);
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
  };
}
