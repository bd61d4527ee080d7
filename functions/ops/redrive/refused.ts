import type { StoredRecord } from '#lib/kafka/client/topic-reader.ts';
import type { Header } from '#lib/kafka/headers.ts';
import type { Coordinates } from '#lib/kafka/records.ts';
import { redriveOf } from '#lib/kafka/redrive.ts';
import { headerText } from './headers.ts';

/** A record that wasn't accepted, as its dead letter names it. */
export interface Letter {
  /** where the record lies, or lay */
  readonly from: Coordinates;
  /** where it lay when it was refused for the first time */
  readonly origin: Coordinates;
  readonly function: string;
  readonly code: string;
  readonly message: string;
  /** how often it was redriven already */
  readonly attempts: number;
  /** the redrive that sent it last */
  readonly redrive?: string;
  /** whether something may have been made of the record before it was given up */
  readonly mayHaveResults?: true;
  /** what the letter lacks of the record, if it isn't whole */
  readonly truncated?: string;
  /** the record's own content; undefined if the letter doesn't have all of it */
  readonly content?: Content;
}

/** `headers` are without those of earlier redrives. */
export type Content = Pick<StoredRecord, 'key' | 'value' | 'headers'>;

/** What a record's headers say about earlier redrives of it. */
export function pastOf(from: Coordinates, headers: readonly Header[]): Pick<Letter, 'origin' | 'attempts' | 'redrive'> {
  const redrive = redriveOf({ ...from, header: (name) => headerText(headers, name) });
  if (redrive === undefined) return { origin: from, attempts: 0 };
  return { origin: redrive.origin, attempts: redrive.attempt, redrive: redrive.id };
}
