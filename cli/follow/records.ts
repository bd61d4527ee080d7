import { DEMO_DLQ } from '#proof/demo/places.ts';
import { ALERTS, PROCESSED, RAW_DLQ } from '#proof/fleet/places.ts';
import { LOGINS_DLQ, LOGINS_PROCESSED } from '#proof/logins/places.ts';
import { METRICS, ORDERS_DLQ, PROCESSED_ORDERS } from '#proof/orders/places.ts';
import { readRecord, readTopics } from '#proof/readback/kafka.ts';
import { deadLetterOf, headerOf, type LogRecord, nameOf } from '#proof/world.ts';
import { type Coordinates, coordinatesOf, isCoordinates } from './coordinates.ts';

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

/** Finds a record and everything produced from it. If the record itself was produced, starts from its source. */
export async function findRecords(brokers: string, asked: Coordinates): Promise<FoundRecords> {
  const first = await readRecord(brokers, asked);
  const source = first && (producedFrom(first) ?? deadLetterSource(first));
  const origin = source === undefined ? asked : coordinatesOf(source);
  const record = source === undefined ? first : await readRecord(brokers, origin);

  const logs = await readTopics(brokers, PRODUCED, sinceOf(record));
  const all = PRODUCED.flatMap((topic) => logs[topic].records);
  const name = nameOf(origin);
  const made = all.filter((own) => {
    const from = headerOf(own, 'source');
    return from === name || from?.startsWith(`${name}/`);
  });
  const names = new Set([name, ...made.map(nameOf)]);
  const dead = all.filter((own) => names.has(deadLetterOf(own)));
  return { origin, record, produced: [...new Set([...made, ...dead])] };
}

/** The record that this one was produced from; undefined for a window's result, which comes from many records. */
function producedFrom(record: LogRecord): string | undefined {
  const source = headerOf(record, 'source');
  return source !== undefined && isCoordinates(source) ? source : undefined;
}

function deadLetterSource(record: LogRecord): string | undefined {
  return headerOf(record, '__lambda.errors.topic') === undefined ? undefined : deadLetterOf(record);
}

/** Records are produced after their source. A timestamp that is missing or in the future gives no bound. */
function sinceOf(record: LogRecord | undefined): { since?: number } {
  const { timestamp } = record ?? { timestamp: 0 };
  return timestamp > 0 && timestamp < Date.now() ? { since: timestamp - CLOCKS_MS } : {};
}
