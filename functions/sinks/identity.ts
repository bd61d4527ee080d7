import { ORIGIN, SOURCE } from '#lib/kafka/headers.ts';
import { coordinatesText, type KafkaRecord } from '#lib/kafka/records.ts';
import { firstCoordinates } from '#lib/kafka/redrive.ts';
import { routeOf } from './routes.ts';

/** Far longer than any name that our functions make, and below PostgreSQL's limit for an index entry (2704 bytes). */
const LONGEST = 512;

/**
 * The name under which a record is stored once, even if it is produced or delivered many times. It is the `source`
 * header that our function wrote; for a redriven record without one, the `origin` header, its first coordinates;
 * otherwise the record's own coordinates. These headers are used only where nobody but our functions may write. On any
 * other topic the name is the record's coordinates, or those that it had before it was redriven.
 */
export function identityOf(record: KafkaRecord): string {
  if (!routeOf(record.topic).trusted) return coordinatesText(firstCoordinates(record));
  return usable(record.header(SOURCE)) ?? usable(record.header(ORIGIN)) ?? coordinatesText(record);
}

/** A name that a store can't hold as a key is not usable. U+FFFD stands for invalid UTF-8. */
function usable(name: string | undefined): string | undefined {
  return name && name.length <= LONGEST && !/[\p{Cc}\uFFFD]/u.test(name) ? name : undefined;
}

/** `raw-data-topic-2-1234`, with or without `/Speeding`. */
const COORDINATES = /^.+?-(?<partition>\d{1,10})-(?<offset>\d{1,19})(?:\/.*)?$/s;

/** Partition and offset of the input record that a record came from, if its identity names them; otherwise its own. */
export function originOf(record: KafkaRecord): { partition: string; offset: string } {
  const { partition, offset } = COORDINATES.exec(identityOf(record))?.groups ?? {};
  return { partition: partition ?? String(record.partition), offset: offset ?? String(record.offset) };
}
