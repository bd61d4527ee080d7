import type { Header } from '#lib/kafka/headers.ts';
import { mskEvent } from '../support/msk-event.ts';
import { digitRuns } from './digit-runs.ts';
import type { HostileEvent } from './hostile-event.ts';
import { loneOrders } from './lone-orders.ts';

const headers = (count: number, name: (n: number) => string, value = Buffer.alloc(0)): Header[] =>
  Array.from({ length: count }, (_, n) => ({ name: name(n), value }));

const READING = { vehicleId: 'V1', location: '12.97,77.59', speed: 50, timestamp: '2026-01-01T00:00:00Z' };

/** Alerts that PostgreSQL refuses: U+0000 in their detail. */
const refusedAlerts = () =>
  mskEvent(
    Array.from({ length: 2_000 }, () => ({
      topic: 'alerts-topic',
      value: { vehicleId: 'V1', alert: 'LowFuel', timestamp: '2026-01-01T00:00:00Z', secret: '\u0000' },
    })),
  );

/** Events that try to block a partition. To add one: a row here, and its function's variables in run.ts. */
export const HOSTILE: Readonly<Record<string, HostileEvent>> = {
  '200,000 headers a=': {
    function: 'processTelemetry',
    event: () => mskEvent([{ value: READING, headerList: headers(200_000, () => 'a') }]),
    letters: 1,
  },
  '600,000 headers a= in 10 records': {
    function: 'processTelemetry',
    event: () =>
      mskEvent(Array.from({ length: 10 }, () => ({ value: READING, headerList: headers(60_000, () => 'a') }))),
    letters: 10,
  },
  '200,000 headers of different names': {
    function: 'processTelemetry',
    event: () => mskEvent([{ value: READING, headerList: headers(200_000, (n) => n.toString(36)) }]),
    letters: 1,
  },
  '500 bad records with 1,000 headers each': {
    function: 'processTelemetry',
    event: () => mskEvent(Array.from({ length: 500 }, () => ({ value: 'bad', headerList: headers(1_000, () => 'a') }))),
    letters: 500,
  },
  'a value of 2.5 MB': {
    function: 'processTelemetry',
    event: () => mskEvent([{ value: 'x'.repeat(2_500_000) }]),
    letters: 1,
  },
  'a key of 2.5 MB': {
    function: 'processTelemetry',
    event: () => mskEvent([{ key: 'x'.repeat(2_500_000), value: 'bad' }]),
    letters: 1,
  },
  'a header of 1.1 MB': {
    function: 'processTelemetry',
    event: () => mskEvent([{ value: 'bad', headerList: headers(1, () => 'a', Buffer.alloc(1_100_000, 0x80)) }]),
    letters: 1,
  },
  '2,000 rows that PostgreSQL refuses, handed back by a throw': {
    function: 'insertIntoRds',
    event: refusedAlerts,
    environment: { HANDING_BACK: 'throw' },
    letters: 2_000,
  },
  '2,000 rows that PostgreSQL refuses, handed back by a report': {
    function: 'insertIntoRds',
    event: refusedAlerts,
    environment: { HANDING_BACK: 'report' },
    letters: 2_000,
  },
  'megabytes of numbers of 3,999 digits': digitRuns,
  'orders of 500 windows, each with 1,050 orders far from each other': loneOrders,
};
