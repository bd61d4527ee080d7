import type { TestRecord } from '#test/support/msk-event.ts';

/** Where the plain loop writes a value, with one call of the SDK for each. */
export type SingleWrite = 'PutItem' | 'PutObject' | 'ExecuteStatement' | 'index';

export interface Case {
  readonly name: string;
  readonly sink: 'archiveToS3' | 'insertIntoRds' | 'upsertIntoDynamodb' | 'indexAlerts';
  readonly single: SingleWrite;
  /** the n-th record; each has a key of its own */
  readonly record: (n: number) => TestRecord;
  /** items that the sink writes for a record, if not one: CPU and calls are for an item then */
  readonly writes?: number;
  /** false: no item of DynamoDB is stored yet */
  readonly stored?: false;
  /** the most ms of CPU */
  readonly bound?: number;
}

const START = Date.UTC(2026, 0, 1);
const time = (n: number) => new Date(START + n * 100).toISOString();
const UUID = '0bcbfec0-02c4-496c-99ac-';

export function reading(n: number): TestRecord {
  const [latitude, longitude] = [12 + (n % 1_000) / 1_000, 77 + (n % 777) / 777];
  return {
    topic: 'processed-data-topic',
    headers: { source: `raw-data-topic-${n % 3}-${n}` },
    value: {
      ...{ vehicleId: `VEH-${n}`, location: `${latitude},${longitude}`, speed: n % 120, fuelLevel: n % 100 },
      ...{ temperature: n % 40, timestamp: time(n), latitude, longitude },
      ...(n % 2 === 0 && { distanceRemainingKm: n / 7, estimatedArrival: time(n * 2) }),
    },
  };
}

function alert(n: number): TestRecord {
  return {
    topic: 'alerts-topic',
    headers: { source: `raw-data-topic-${n % 3}-${n}/Speeding`, location: '12.97,77.59', threshold: '80' },
    value: { vehicleId: `VEH-${n}`, alert: 'Speeding', speed: 81 + (n % 40), timestamp: time(n) },
  };
}

function trip(n: number): TestRecord {
  const value = { vehicleId: `VEH-${n}`, tripId: `TRIP-${n}`, destination: '12.97,77.59', plannedArrival: time(n) };
  return { topic: 'trips-topic', key: value.vehicleId, value };
}

function order(n: number): TestRecord {
  const product = { product_id: `P-${n % 50}`, product_name: `Product ${n % 50}` };
  return {
    topic: 'processed-orders',
    headers: { source: `orders-${n % 3}-${n}` },
    value: { order_id: `O-${n}`, user_id: `U-${n % 1_000}`, ...product, amount: 12.34, timestamp: time(n) },
  };
}

function login(n: number): TestRecord {
  return {
    topic: 'user-login-processed',
    headers: { source: `user-login-${n % 3}-${n}` },
    value: {
      ...{ user_id: `${100_000 + n}`, app_version: '2.3.0', ip: '162.255.195.0', locale: 'de-CH' },
      ...{ device_id: UUID + (0x35d0cc000000 + n).toString(16), timestamp: time(n), device_type: 'android' },
    },
  };
}

function generic(n: number): TestRecord {
  return { topic: 'demo_topic', key: `key ${n}`, value: { n, text: 'any text or JSON, as a producer sends it' } };
}

const DYNAMODB = { sink: 'upsertIntoDynamodb', single: 'PutItem' } as const;

/** What is measured. All keys differ: the costliest batch of latest states, as only the newest of a key is written. */
export const CASES: readonly Case[] = [
  { ...DYNAMODB, name: 'DynamoDB, orders', record: order, bound: 0.08 },
  { ...DYNAMODB, name: 'DynamoDB, generic records', record: generic, bound: 0.08 },
  { ...DYNAMODB, name: 'DynamoDB, latest readings', record: reading, bound: 0.1 },
  { ...DYNAMODB, name: 'DynamoDB, latest alerts', record: alert, bound: 0.1 },
  { ...DYNAMODB, name: 'DynamoDB, trips', record: trip, bound: 0.1 },
  { ...DYNAMODB, name: 'DynamoDB, last logins of user and device', record: login, writes: 2, bound: 0.1 },
  { ...DYNAMODB, name: 'DynamoDB, first readings of vehicles', record: reading, stored: false },
  { name: 'S3 archive, readings', sink: 'archiveToS3', single: 'PutObject', record: reading },
  { name: 'RDS Data API, readings', sink: 'insertIntoRds', single: 'ExecuteStatement', record: reading },
  { name: 'OpenSearch, alerts', sink: 'indexAlerts', single: 'index', record: alert },
];
