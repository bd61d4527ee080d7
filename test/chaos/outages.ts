import type { Schedule } from '#proof/chaos/schedule.ts';
import { allHold, chaosRun } from './runs.ts';

/*
 * Kafka and each store are out of reach for 30 s, one after the other, while 500 records come each second:
 * `npm run test:long -- outages`. The lag must be back within 30 s after each outage.
 */

const OUTAGE_SECONDS = 30;
const BACK_SECONDS = 30;
/** From one outage to the next: the outage, the time to be back, and some rest. */
const EVERY_SECONDS = 75;
const FIRST_AT = 15;
/** Readings, with half as many logins and a fifth as many orders: 500 records a second in all. */
const RATE = 294;

const STORES = ['dynamodb', 's3', 'rdsData', 'opensearch', 'schemaRegistry'];
const outages = [
  // The producers go on: all that they send waits.
  { kind: 'kafka-cut', with: { broker: 0 } },
  ...STORES.map((store) => ({ kind: 'store-down', with: { store } })),
];
const schedule: Schedule = {
  seed: 7,
  seconds: FIRST_AT + outages.length * EVERY_SECONDS,
  brokers: 1,
  strikes: outages.map((outage, index) => ({
    ...outage,
    at: FIRST_AT + index * EVERY_SECONDS,
    seconds: OUTAGE_SECONDS,
  })),
};

const { code, report } = await chaosRun(['--rate', String(RATE)], schedule);
const rates = Object.values(report?.throughput ?? {}).reduce((sum, rate) => sum + rate, 0);
const back = (report?.strikes ?? []).map(
  ({ kind, with: { store = 'all brokers' }, recovered, lag }): [string, boolean] => [
    `${kind}, ${store}: at most ${lag.most} records waited, back after ${recovered ?? 'more than 45'} s`,
    recovered !== null && recovered <= BACK_SECONDS,
  ],
);
const checks: [string, boolean][] = [
  ['nothing is lost, wrong or stored twice', code === 0 && report?.ok === true],
  [`${rates.toFixed(0)} records came each second`, rates >= 450],
  [`${back.length} outages`, back.length === outages.length],
  ...back,
];
process.exitCode = allHold(checks) ? 0 : 1;
