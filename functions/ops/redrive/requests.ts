import * as z from 'zod';
import { filterSchema } from './filter.ts';

/** The most often that a record is redriven without `force`. */
export const MOST_ATTEMPTS = 3;
/** The most letters that one call sends. */
export const MOST_SENT = 500;

const place = z.object({ partition: z.int(), offset: z.int() });
const coordinates = place.extend({ topic: z.string() });
const cursor = z.record(z.string(), z.tuple([z.int(), z.int()]));
const topic = z.string().min(1);
const id = z.string().regex(/^[\w-]{1,64}$/);

/** What the service can be asked for. Coordinates without a topic are of the dead-letter topic. */
export const requestSchemas = {
  /** The letters that the filter allows, without their content. */
  letters: z.strictObject({ topic, filter: filterSchema, cursor: cursor.optional() }),
  /** Some letters as text for a person. */
  show: z.strictObject({ topic, filter: filterSchema, limit: z.int().min(1).max(1_000), reveal: z.boolean() }),
  /** The letters of a redrive that are in a topic already; `since` is its beginning. */
  sent: z.strictObject({ id, topic, since: z.number(), cursor: cursor.optional() }),
  /** Sends the records of letters, in this order. */
  send: z.strictObject({
    id,
    topic,
    letters: z.array(place.extend({ attempt: z.int().min(1) })).max(MOST_SENT),
    force: z.boolean(),
  }),
};

export type Requests = { [A in keyof typeof requestSchemas]: z.infer<(typeof requestSchemas)[A]> };

/** A dead letter, without its content. */
export interface FoundLetter {
  at: z.infer<typeof place>;
  timestamp: number;
  /** where the refused record lay */
  from: z.infer<typeof coordinates>;
  /** where it lay when it was refused for the first time */
  origin: string;
  function: string;
  code: string;
  attempts: number;
  redrive?: string;
  truncated?: true;
  mayHaveResults?: true;
}

export interface Refusal {
  /** the coordinates of the letter */
  letter: string;
  why: string;
}

interface Page {
  /** where to go on; absent at the end */
  cursor?: Record<string, readonly [number, number]>;
}

export interface Answers {
  letters: Page & { letters: FoundLetter[] /** records that are no dead letters */; others: number };
  show: { shown: string[] };
  /** coordinates of letters, as text */
  sent: Page & { letters: string[] };
  send: { sent: number; refused: Refusal[] };
}
