import type { Contestant } from './contestants.ts';
import type { Workload } from './workloads.ts';

/** One measurement of the plan. */
export interface Case {
  /** its name among the cases, and in the figures */
  name: string;
  contestant: Contestant;
  workload: Workload;
  /** whether vehicles are on trips */
  trips?: boolean;
  /** memory of the function in MB; 512 by default, as in functions.yml */
  memory?: number;
  /** no warm-up: handles the events once, for the memory that they need */
  once?: boolean;
}

/** Records of a lap, if events are smaller. */
const LAP = 10_000;
/** Batches of 1: fewer records, as each costs as much as an invocation. */
const SINGLES = 1_000;

const RAW = 'raw-data-topic';
const usual = (batch: number): Workload => ({
  topic: RAW,
  batch,
  events: batch === 1 ? SINGLES : Math.max(1, LAP / batch),
});
/** 10,000 records, the most of a batch, that make an event of nearly 6 MB. */
const FULL = {
  readings: { topic: RAW, batch: 10_000, events: 1, shape: { unknownBytes: 140 } },
  orders: { topic: 'orders', batch: 10_000, events: 1, shape: { unknownBytes: 150 } },
  logins: { topic: 'user-login', batch: 10_000, events: 1, shape: { headers: 2 } },
} satisfies Record<string, Workload>;

/** The loads on which processTelemetry is compared with others. */
export const COMPARED: Readonly<Record<string, Workload>> = {
  'batches of 1': usual(1),
  'batches of 100': usual(100),
  'batches of 1,000': usual(1_000),
  'batches of 10,000': usual(10_000),
  'events of 6 MB': FULL.readings,
};

const orders = (keys?: number): Workload => ({
  topic: 'orders',
  batch: 1_000,
  events: 10,
  ...(keys && { shape: { keys } }),
});

/** The other functions, and what makes a record cost more. */
export const OTHERS: readonly Case[] = [
  {
    name: 'processTelemetry, every vehicle on a trip',
    contestant: 'processTelemetry',
    workload: usual(1_000),
    trips: true,
  },
  {
    name: 'processTelemetry, 10 headers',
    contestant: 'processTelemetry',
    workload: { ...usual(1_000), shape: { headers: 10 } },
  },
  {
    name: 'processTelemetry, 1 KB more',
    contestant: 'processTelemetry',
    workload: { ...usual(1_000), shape: { unknownBytes: 1_000 } },
  },
  {
    name: 'processTelemetry, 10 KB more',
    contestant: 'processTelemetry',
    workload: { ...usual(100), events: 10, shape: { unknownBytes: 10_000 } },
  },
  ...[10_000, 1_000_000].map(
    (keys): Case => ({
      name: `processTelemetry, ${keys.toLocaleString('en-US')} vehicles, all on trips`,
      contestant: 'processTelemetry',
      workload: { topic: RAW, batch: 1_000, events: 30, shape: { keys } },
      trips: true,
    }),
  ),
  { name: 'processOrder', contestant: 'processOrder', workload: orders() },
  { name: 'bare loop, orders', contestant: 'bareLoop', workload: orders() },
  { name: 'Powertools, orders', contestant: 'powertoolsOrders', workload: orders() },
  ...[100, 10_000].map(
    (keys): Case => ({
      name: `processOrder, ${keys.toLocaleString('en-US')} products`,
      contestant: 'processOrder',
      workload: orders(keys),
    }),
  ),
  { name: 'processLogin', contestant: 'processLogin', workload: { topic: 'user-login', batch: 1_000, events: 10 } },
];

/** Twenty events of 6 MB, one after the other, in a function with 256 MB. */
export const MEMORY: readonly Case[] = [
  { name: 'processTelemetry', contestant: 'processTelemetry', workload: { ...FULL.readings, events: 20 }, trips: true },
  { name: 'processOrder', contestant: 'processOrder', workload: { ...FULL.orders, events: 20 } },
  { name: 'processLogin', contestant: 'processLogin', workload: { ...FULL.logins, events: 20 } },
].map((own) => ({ ...own, name: `${own.name}, events of 6 MB`, memory: 256, once: true }) as Case);
