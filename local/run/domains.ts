import type { References } from '../../plugins/msk/contract.ts';
import { dynamodbOf, type Endpoints } from '../deploy/servers.ts';
import { startDemo } from '../generators/demo/demo.ts';
import { startFleet } from '../generators/fleet/start.ts';
import type { RunningGenerator } from '../generators/generator.ts';
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
}

export interface Target {
  endpoints: Endpoints;
  references: References;
}

/** The domains of the service, each with what starts its load. */
export const domains = {
  async fleet({ seed, bad, vehicles, rate }: Load, { endpoints, references }: Target) {
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
  demo: ({ seed, demoRate }: Load, { endpoints }: Target) =>
    startDemo({ brokers: endpoints.kafka, seed, rate: demoRate }),
} satisfies Record<string, (load: Load, target: Target) => Promise<RunningGenerator>>;

export type DomainName = keyof typeof domains;
