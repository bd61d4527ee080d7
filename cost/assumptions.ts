import type { Line } from './usage.ts';

/**
 * What can't be measured on one machine. Waiting isn't measured, because there the servers share their cores with the
 * functions. The page lists all of these.
 */

/** ms that a function waits in a batch of n records: for its round trips one after the other, and for the database. */
export const WAIT_MS: Readonly<Record<string, Line>> = {
  // a produce request with acks=all: 10; a read of DynamoDB: 5
  processTelemetry: { batch: 15, record: 0 },
  processOrder: { batch: 15, record: 0 },
  processLogin: { batch: 10, record: 0 },
  // reads progress and states, writes states, heads and progress
  aggregateOrders: { batch: 25, record: 0 },
  // claims, puts, and moves the checkpoint
  archiveToS3: { batch: 50, record: 0 },
  // the Data API: 30; a row in PostgreSQL: 0.03
  insertIntoRds: { batch: 30, record: 0.03 },
  // its writes wait while the function needs its CPU for the next ones
  upsertIntoDynamodb: { batch: 10, record: 0 },
  indexAlerts: { batch: 20, record: 0 },
};

/** Lines of Lambda itself for each invocation (START, END, REPORT). */
export const PLATFORM_LOG_BYTES = 400;
/** X-Ray's default rule: 5 % of the requests. The first request of each second comes on top: 13 USD a month at most. */
export const TRACED = 0.05;

/** Units that a Data API request is billed in. */
export const DATA_API_BYTES = 32 * 1024;
/** One ACU as a share of a vCPU. AWS publishes only its memory, 2 GiB. */
export const ACU_VCPU = 0.25;
/** CPU of PostgreSQL for a row: 2 s for 80,000 rows, measured on this machine in November 2026. */
export const ROW_CPU_SECONDS = 25e-6;
/** I/O requests for a row, written in batches: one for each 4 KB of log. */
export const ROW_IO = 0.25;
/** What a row takes in storage, for each byte in the request: indexes and headers of tuples. */
export const ROW_GROWTH = 2;

/** A record on the brokers has this many bytes more than its key and value. */
export const RECORD_OVERHEAD_BYTES = 70;

/** Writes of an order count twice: the table and its index byUser. */
export const INDEXED: Readonly<Record<string, number>> = { OrdersTable: 2 };
