import { PermanentError } from '#lib/errors.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { alertDocument } from '../alert-document.ts';
import { indexOf } from './indices.ts';

/** A document as `_bulk` creates it. */
export interface IndexedDocument {
  readonly index: string;
  readonly id: string;
  readonly source: Readonly<Record<string, unknown>>;
}

/** OpenSearch rejects a longer `_id`, in bytes of UTF-8. */
const LONGEST_ID = 512;

/**
 * An alert as a document. `_id` is the record's identity: the same alert written again is the same document.
 * @throws PermanentError where the record is not an alert
 */
export function documentOf(record: KafkaRecord): IndexedDocument {
  const { id, eventTime, source } = alertDocument(record);
  if (Buffer.byteLength(id) > LONGEST_ID) {
    throw new PermanentError('TOO_LARGE', `the source is longer than ${LONGEST_ID} bytes`);
  }
  return { index: indexOf(eventTime), id, source };
}
