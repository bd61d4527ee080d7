import { ORIGIN, SOURCE } from '#lib/kafka/headers.ts';
import { coordinatesText, type KafkaRecord } from '#lib/kafka/records.ts';
import { routeOf } from './routes.ts';

/** Far above any name that our functions make, below what a PostgreSQL index entry holds (2704 bytes). */
const LONGEST = 512;

/**
 * The name under which a record is stored once, however often it is produced or delivered: the `source` that our own
 * function gave it; else, for a redriven record, the coordinates that it had first; else its own. Headers count only
 * where nobody else may write.
 */
export function identityOf(record: KafkaRecord): string {
  const own = coordinatesText(record);
  if (!routeOf(record.topic).trusted) return own;
  return usable(record.header(SOURCE)) ?? usable(record.header(ORIGIN)) ?? own;
}

/** What no store can hold as a key is no identity. U+FFFD is what invalid UTF-8 was decoded to. */
function usable(name: string | undefined): string | undefined {
  return name && name.length <= LONGEST && !/[\p{Cc}\uFFFD]/u.test(name) ? name : undefined;
}

/** `raw-data-topic-2-1234`, with or without `/Speeding`. */
const COORDINATES = /^.+?-(?<partition>\d{1,10})-(?<offset>\d{1,19})(?:\/.*)?$/s;

/** Where the input lies that a record came from, as far as its identity says so; else where it lies itself. */
export function originOf(record: KafkaRecord): { partition: string; offset: string } {
  const { partition, offset } = COORDINATES.exec(identityOf(record))?.groups ?? {};
  return { partition: partition ?? String(record.partition), offset: offset ?? String(record.offset) };
}
