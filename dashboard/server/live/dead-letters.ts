import type { DeadLetterItem, DeadLetters } from '../../contract.ts';
import { headersOf } from '../records/headers.ts';
import { maskedHeaders } from '../records/mask.ts';
import type { PlacedRecord } from './kafka-record.ts';
import { Latest } from './latest.ts';

const MOST = 200;
/** Codes are a fixed list of the functions; more than these can only come from a stranger's records. */
const MOST_CODES = 100;
const ERRORS = '__lambda.errors.';

/** The dead letters of all dead-letter topics: how many of each code, and the latest ones. */
export class DeadLetterLog {
  readonly #latest = new Latest<DeadLetterItem>(MOST);
  readonly #byCause = new Map<string, number>();

  /** @returns the dead letter; undefined for a record without the headers of one */
  add(record: PlacedRecord): DeadLetterItem | undefined {
    const item = deadLetterOf(record);
    if (item === undefined) return undefined;
    this.#latest.add(item);
    const code = this.#byCause.has(item.code) || this.#byCause.size < MOST_CODES ? item.code : 'other';
    this.#byCause.set(code, (this.#byCause.get(code) ?? 0) + 1);
    return item;
  }

  all(): DeadLetters {
    return { byCause: Object.fromEntries(this.#byCause), items: this.#latest.all() };
  }

  /** undefined where none came */
  changes(): DeadLetters | undefined {
    const items = this.#latest.changes();
    return items.length === 0 ? undefined : { byCause: Object.fromEntries(this.#byCause), items };
  }
}

function deadLetterOf(record: PlacedRecord): DeadLetterItem | undefined {
  const headers = headersOf(record);
  const error = (name: string) => headers[ERRORS + name];
  const code = error('exception');
  if (code === undefined) return undefined;
  const place = [error('topic'), error('partition'), error('offset')];
  return {
    topic: record.topic,
    partition: record.partition,
    offset: String(record.offset),
    time: record.timestamp,
    code,
    reason: error('message') ?? '',
    function: error('function') ?? null,
    origin: place.includes(undefined) ? null : place.join('-'),
    headers: maskedHeaders(headers),
  };
}
