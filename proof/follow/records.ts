import { DEMO_DLQ } from '../demo/places.ts';
import { ALERTS, PROCESSED, RAW_DLQ } from '../fleet/places.ts';
import { LOGINS_DLQ, LOGINS_PROCESSED } from '../logins/places.ts';
import { METRICS, ORDERS_DLQ, PROCESSED_ORDERS } from '../orders/places.ts';
import { type ReadOptions, readRecord, readTopics } from '../readback/kafka.ts';
import { deadLetterOf, headerOf, type LogRecord, nameOf } from '../world.ts';
import { type Coordinates, coordinatesOf } from './coordinates.ts';

/** Topics that the functions produce to. */
export const PRODUCED = [
  PROCESSED,
  ALERTS,
  RAW_DLQ,
  PROCESSED_ORDERS,
  METRICS,
  ORDERS_DLQ,
  LOGINS_PROCESSED,
  LOGINS_DLQ,
  DEMO_DLQ,
] as const;
/** Allowed difference between the clocks of two clients. */
const CLOCKS_MS = 1_000;

export interface FoundRecords {
  /** the record asked for, or the record that it was produced from */
  origin: Coordinates;
  record: LogRecord | undefined;
  /** records produced from it, and dead letters of all these records */
  produced: LogRecord[];
}

/**
 * Finds a record and everything produced from it. If the record itself was produced, starts from its source.
 * @param withinMs how long after the record the topics are read; if nothing is found there, and by default, to their ends
 */
export async function findRecords(brokers: string, asked: Coordinates, withinMs?: number): Promise<FoundRecords> {
  const first = await readRecord(brokers, asked);
  const from = first && (producedFrom(first) ?? deadLetterSource(first));
  const origin = from ?? asked;
  const record = from === undefined ? first : await readRecord(brokers, origin);

  const { since } = sinceOf(record);
  if (withinMs !== undefined && since !== undefined) {
    const produced = await producedIn(brokers, origin, { since, until: since + withinMs });
    if (produced.length > 0) return { origin, record, produced };
  }
  return { origin, record, produced: await producedIn(brokers, origin, sinceOf(record)) };
}

async function producedIn(brokers: string, origin: Coordinates, times: ReadOptions): Promise<LogRecord[]> {
  const logs = await readTopics(brokers, PRODUCED, times);
  const all = PRODUCED.flatMap((topic) => logs[topic].records);
  const name = nameOf(origin);
  const made = all.filter((own) => {
    const from = headerOf(own, 'source');
    return from === name || from?.startsWith(`${name}/`);
  });
  const names = new Set([name, ...made.map(nameOf)]);
  const dead = all.filter((own) => names.has(deadLetterOf(own)));
  return [...new Set([...made, ...dead])];
}

/** The record that this one was produced from; undefined for a window's result, which comes from many records. */
function producedFrom(record: LogRecord): Coordinates | undefined {
  return coordinatesOf(headerOf(record, 'source') ?? '');
}

function deadLetterSource(record: LogRecord): Coordinates | undefined {
  return headerOf(record, '__lambda.errors.topic') === undefined ? undefined : coordinatesOf(deadLetterOf(record));
}

/** Records are produced after their source. A timestamp that is missing or in the future gives no bound. */
function sinceOf(record: LogRecord | undefined): { since?: number } {
  const { timestamp } = record ?? { timestamp: 0 };
  return timestamp > 0 && timestamp < Date.now() ? { since: timestamp - CLOCKS_MS } : {};
}
