import type { References } from '../../plugins/msk/contract.ts';
import { dynamodbOf, type Endpoints } from '../deploy/servers.ts';
import { startDemo } from '../generators/demo/demo.ts';
import { BAD_RECORDS } from '../generators/fleet/bad-records.ts';
import { startFleet } from '../generators/fleet/start.ts';
import type { RunningGenerator } from '../generators/generator.ts';
import { BAD_LOGINS } from '../generators/logins/bad-records.ts';
import { startLogins } from '../generators/logins/start.ts';
import type { BadCause } from '../generators/manifest.ts';
import { BAD_ORDERS } from '../generators/orders/bad-records.ts';
import { startOrders } from '../generators/orders/start.ts';
import { schemaIds } from './schema-ids.ts';
import { tripsReady } from './trips-ready.ts';

/** What a run asks of its generators. */
export interface Load {
  seed: number;
  /** share of bad records, 0 to 1 */
  bad: number;
  vehicles: number;
  /** readings per second in all */
  rate: number;
  /** records per second on demo_topic */
  demoRate: number;
  /** orders per second; undefined: 10 to 50, along the curve of a day */
  ordersRate: number | undefined;
  /** logins per second */
  loginsRate: number;
}

export interface Target {
  endpoints: Endpoints;
  references: References;
}

interface DomainLoad {
  start(load: Load, target: Target): Promise<RunningGenerator>;
  /** of bad records: each must occur in a run that makes bad ones */
  causes: readonly BadCause[];
}

/** The domains of the service, each with what starts its load. */
export const domains = {
  fleet: {
    causes: BAD_RECORDS,
    start({ seed, bad, vehicles, rate }, { endpoints, references }) {
      const dynamodb = dynamodbOf(endpoints);
      const table = String(references['TripsTable']?.['Ref']);
      return startFleet({
        brokers: endpoints.kafka,
        seed,
        bad,
        vehicles,
        rate,
        tripsReady: (trips) => tripsReady(dynamodb, table, trips).finally(() => dynamodb.destroy()),
      });
    },
  },
  demo: {
    causes: [],
    start: ({ seed, demoRate }, { endpoints }) => startDemo({ brokers: endpoints.kafka, seed, rate: demoRate }),
  },
  orders: {
    causes: BAD_ORDERS,
    start: ({ seed, bad, ordersRate }, { endpoints }) =>
      startOrders({ brokers: endpoints.kafka, seed, bad, rate: ordersRate }),
  },
  logins: {
    causes: BAD_LOGINS,
    start: async ({ seed, bad, loginsRate }, { endpoints, references }) =>
      startLogins({
        brokers: endpoints.kafka,
        seed,
        bad,
        rate: loginsRate,
        schemas: await schemaIds(endpoints, references),
      }),
  },
} satisfies Record<string, DomainLoad>;

export type DomainName = keyof typeof domains;
