import { localEnvironment } from '#local/deploy/environment.ts';
import { LOCAL_REGION, NOWHERE } from '#local/deploy/servers.ts';
import { REGISTRY, TRIPS_TABLE } from './edges.ts';

/** The source files of what is measured, and of the program that measures it. */
export const ENTRIES = {
  processTelemetry: 'functions/fleet/processTelemetry.ts',
  processOrder: 'functions/orders/processOrder.ts',
  processLogin: 'functions/logins/processLogin.ts',
  bareLoop: 'bench/handlers/contestants/bare-loop.ts',
  powertoolsReadings: 'bench/handlers/contestants/powertools-readings.ts',
  powertoolsOrders: 'bench/handlers/contestants/powertools-orders.ts',
  requirements: 'bench/handlers/contestants/requirements.ts',
  runner: 'bench/handlers/runner.ts',
} as const;

export type Contestant = Exclude<keyof typeof ENTRIES, 'runner'>;

const nowhere = {
  kafka: NOWHERE,
  api: NOWHERE,
  dynamodb: NOWHERE,
  s3: NOWHERE,
  rdsData: NOWHERE,
  postgres: NOWHERE,
  opensearch: NOWHERE,
  schemaRegistry: NOWHERE,
  aws: NOWHERE,
};

/** The variables of all functions, with the values of functions.yml in the stage `local`, but `report` as in `prod`. */
const VARIABLES: Readonly<Record<string, string>> = {
  ...localEnvironment(nowhere, NOWHERE),
  AWS_REGION: LOCAL_REGION,
  POWERTOOLS_METRICS_NAMESPACE: 'bench',
  HANDING_BACK: 'report',
  PRODUCED_MAX_BYTES: '1032192',
  DEAD_LETTER_MAX_BYTES: '1044480',
  TRIPS_TABLE,
  TRIP_CACHE_SECONDS: '30',
  ALERTS_TOPIC: 'alerts-topic',
  SPEED_LIMIT_KMH: '80',
  LOW_FUEL_PERCENT: '15',
  TEMPERATURE_MIN_C: '-10',
  TEMPERATURE_MAX_C: '40',
  DELAY_MINUTES: '15',
  PRODUCTS_TABLE: 'products',
  CATALOGUE_CACHE_SECONDS: '300',
  CATALOGUE_CACHE_SIZE: '10000',
  GLUE_REGISTRY: REGISTRY,
  STORE_FULL_IP: 'false',
  OUTPUT_FORMAT: 'json',
  OUTPUT_SCHEMA_ID: '',
};

const TOPICS: Partial<Record<Contestant, { PROCESSED_TOPIC: string; DEAD_LETTER_TOPIC: string }>> = {
  processTelemetry: { PROCESSED_TOPIC: 'processed-data-topic', DEAD_LETTER_TOPIC: 'raw-data-dlq' },
  processOrder: { PROCESSED_TOPIC: 'processed-orders', DEAD_LETTER_TOPIC: 'orders-dlq' },
  processLogin: { PROCESSED_TOPIC: 'user-login-processed', DEAD_LETTER_TOPIC: 'user-login-dlq' },
};

/** The environment of a contestant's process. @param packages folder of the packages outside of the bundles */
export function environmentFor(contestant: Contestant, packages: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], NODE_PATH: packages, ...VARIABLES, ...TOPICS[contestant] };
}
