import { type Header, ORIGIN, type ProducedHeader, textHeader } from './headers.ts';
import { type Coordinates, coordinatesText, type KafkaRecord } from './records.ts';

/** The headers of a redriven record, in their order, behind the headers of the original (docs/dead-letters.md). */
const ID = 'redrive.id';
const ATTEMPT = 'redrive.attempt';
const LETTER = 'redrive.letter';
const FOR = 'redrive.for';
const NAMES: readonly string[] = [ORIGIN, ID, ATTEMPT, LETTER, FOR];

/** A record that was a dead letter and was sent again to its topic. */
export interface Redrive {
  /** all records of one redrive have the same */
  readonly id: string;
  /** 1 for the first redrive of the record */
  readonly attempt: number;
  /** the coordinates of the dead letter, as text */
  readonly letter: string;
  /** the function that refused the record: only that one works on it again */
  readonly for: string;
  /** where the record lay when it was refused for the first time */
  readonly origin: Coordinates;
}

export function redriveHeaders({ id, attempt, letter, for: name, origin }: Redrive): ProducedHeader[] {
  return [
    textHeader(ORIGIN, coordinatesText(origin)),
    textHeader(ID, id),
    textHeader(ATTEMPT, attempt),
    textHeader(LETTER, letter),
    textHeader(FOR, name),
  ];
}

/** What {@link redriveOf} reads of a record: its place, and the last header of a name. */
export type Redriven = Coordinates & Pick<KafkaRecord, 'header'>;

const COORDINATES = /^(.+)-(\d{1,10})-(\d{1,16})$/s;

/**
 * How a record was redriven; undefined if it wasn't. Anybody who may write to a topic can write these headers, so they
 * count only where a redrive could have written them: a record is redriven to its own partition, so its origin lies
 * before it in the same partition.
 */
export function redriveOf(record: Redriven): Redrive | undefined {
  const id = record.header(ID);
  if (id === undefined) return undefined;
  const [attempt, letter, name] = [Number(record.header(ATTEMPT)), record.header(LETTER), record.header(FOR)];
  const origin = coordinatesOf(record.header(ORIGIN));
  if (!id || !letter || !name || !Number.isSafeInteger(attempt) || attempt < 1) return undefined;
  if (origin?.topic !== record.topic || origin.partition !== record.partition) return undefined;
  return origin.offset < record.offset ? { id, attempt, letter, for: name, origin } : undefined;
}

/** The coordinates in a text of {@link coordinatesText}; undefined if it has another form. */
export function coordinatesOf(text: string | undefined): Coordinates | undefined {
  const [, topic, partition, offset] = COORDINATES.exec(text ?? '') ?? [];
  if (topic === undefined) return undefined;
  const at = { topic, partition: Number(partition), offset: Number(offset) };
  return coordinatesText(at) === text ? at : undefined;
}

/** A record's headers without those that a redrive added. */
export function withoutRedrive(headers: readonly Header[]): readonly Header[] {
  const last = headers.slice(-NAMES.length);
  return last.length === NAMES.length && last.every(({ name }, at) => name === NAMES[at])
    ? headers.slice(0, -NAMES.length)
    : headers;
}

/** Where the record lay first: for a redriven record its origin, for any other its own place. */
export function firstCoordinates(record: KafkaRecord): Coordinates {
  return redriveOf(record)?.origin ?? record;
}

/** Ends the `source` of what a processing function makes from a redriven record. */
export const REDRIVEN = '/redriven';

/**
 * The `source` of what a processing function makes from a record that anybody may have written. It is the record's
 * coordinates; for a redriven record its origin and {@link REDRIVEN}, so that a second redrive has no second effect.
 * Without the ending, a producer could name the record of another as its origin, and a store would take the two for
 * one.
 */
export function resultSource(record: KafkaRecord): string {
  const redrive = redriveOf(record);
  return redrive === undefined ? coordinatesText(record) : `${coordinatesText(redrive.origin)}${REDRIVEN}`;
}
