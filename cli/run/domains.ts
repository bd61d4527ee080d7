import type { TraceStarter } from '#lib/observability/tracing/trace-starter.ts';
import { dynamodbOf } from '#local/deploy/servers.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import type { MappingStatus, References } from '#msk';
import { startDemo } from '#proof/demo/load/demo.ts';
import type { DomainName } from '#proof/domains.ts';
import { BAD_RECORDS } from '#proof/fleet/load/bad-records.ts';
import { startFleet } from '#proof/fleet/load/start.ts';
import type { RunningGenerator } from '#proof/load/generator.ts';
import { BAD_LOGINS } from '#proof/logins/load/bad-records.ts';
import { startLogins } from '#proof/logins/load/start.ts';
import type { BadCause } from '#proof/manifest.ts';
import { BAD_ORDERS } from '#proof/orders/load/bad-records.ts';
import { startOrders } from '#proof/orders/load/start.ts';
import { firstReadingsHandled } from './first-readings.ts';
import { schemaIds } from './schema-ids.ts';
import { tripsReady } from './trips-ready.ts';

/** The settings of the generators. */
export interface Load {
  seed: number;
  /** share of bad records, 0 to 1 */
  bad: number;
  vehicles: number;
  /** readings per second of all vehicles together */
  rate: number;
  /** records per second on demo_topic */
  demoRate: number;
  /** orders per second; undefined: 10 to 50, following the hours of a day */
  ordersRate: number | undefined;
  /** logins per second */
  loginsRate: number;
  /** what changes while the load runs */
  controls?: LoadControls;
}

/** What may change while a load runs. */
export interface LoadControls {
  /** shares of bad records of domains, in place of `bad` */
  bad: Partial<Record<DomainName, number>>;
  /** ms by which the clock of orders is wrong */
  skewMs: number;
}

const badOf =
  ({ bad, controls }: Load, domain: DomainName) =>
  () =>
    controls?.bad[domain] ?? bad;

export interface Target {
  endpoints: Endpoints;
  references: References;
  /** the latest states of all mappings */
  mappings: () => readonly MappingStatus[];
  traces?: TraceStarter | undefined;
}

interface DomainLoad {
  start(load: Load, target: Target): Promise<RunningGenerator>;
  /** causes of bad records: a run with bad records must have each of them */
  causes: readonly BadCause[];
}

/** The domains of the service, each with its generator. */
export const domains = {
  fleet: {
    causes: BAD_RECORDS,
    start(load, { endpoints, references, mappings, traces }) {
      const dynamodb = dynamodbOf(endpoints);
      const table = String(references['TripsTable']?.['Ref']);
      return startFleet({
        brokers: endpoints.kafka,
        seed: load.seed,
        bad: badOf(load, 'fleet'),
        vehicles: load.vehicles,
        rate: load.rate,
        traces,
        tripsReady: (trips) => tripsReady(dynamodb, table, trips).finally(() => dynamodb.destroy()),
        warm: (readings) => firstReadingsHandled(mappings, readings),
      });
    },
  },
  demo: {
    causes: [],
    start: ({ seed, demoRate }, { endpoints, traces }) =>
      startDemo({ brokers: endpoints.kafka, seed, rate: demoRate, traces }),
  },
  orders: {
    causes: BAD_ORDERS,
    start: (load, { endpoints, traces }) =>
      startOrders({
        brokers: endpoints.kafka,
        seed: load.seed,
        bad: badOf(load, 'orders'),
        skewMs: () => load.controls?.skewMs ?? 0,
        rate: load.ordersRate,
        traces,
      }),
  },
  logins: {
    causes: BAD_LOGINS,
    start: async (load, { endpoints, references, traces }) =>
      startLogins({
        brokers: endpoints.kafka,
        seed: load.seed,
        bad: badOf(load, 'logins'),
        rate: load.loginsRate,
        traces,
        schemas: await schemaIds(endpoints, references),
      }),
  },
} satisfies Record<DomainName, DomainLoad>;
