import * as z from 'zod';
import { filterSchema } from './filter.ts';

/** The most often that a record is redriven without `force`. */
export const MOST_ATTEMPTS = 3;
/** The most letters that one call sends. */
export const MOST_SENT = 500;

/** The most ranges that one call looks at. */
export const MOST_RANGES = 200;

const place = z.object({ partition: z.int(), offset: z.int() });
const coordinates = place.extend({ topic: z.string() });
export type PlainContent = z.infer<typeof content>;
const cursor = z.record(z.string(), z.tuple([z.int(), z.int()]));
const topic = z.string().min(1);
const base64 = z.string().nullable();
const content = z.object({ key: base64, value: base64, headers: z.array(z.tuple([z.string(), base64])) });
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
  /** Records by their offsets, for on-failure records that only name them. With `reveal`, as text for a person too. */
  look: z.strictObject({
    ranges: z.array(z.object({ topic, partition: z.int(), first: z.int(), last: z.int() })).max(MOST_RANGES),
    reveal: z.boolean().optional(),
    cursor: z.object({ range: z.int(), offset: z.int() }).optional(),
  }),
  /** Sends records of on-failure records, in this order; those without content are read from their topic. */
  resend: z.strictObject({
    id,
    records: z
      .array(
        z.object({
          from: coordinates,
          origin: z.string(),
          function: z.string(),
          attempt: z.int().min(1),
          content: content.optional(),
        }),
      )
      .max(MOST_SENT),
    force: z.boolean(),
  }),
};

export type Requests = { [A in keyof typeof requestSchemas]: z.infer<(typeof requestSchemas)[A]> };

/** A dead letter, without its content. */
export interface FoundLetter {
  at: z.infer<typeof place>;
  /** its name, if that isn't its place in a dead-letter topic */
  name?: string;
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
  /** why it can't be redriven, if that is known already */
  lost?: string;
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

/** A record that lies in its topic. */
export interface LookedAt {
  from: z.infer<typeof coordinates>;
  timestamp: number;
  origin: string;
  attempts: number;
  redrive?: string;
  /** where that was asked for */
  lines?: string[];
}

export interface Answers {
  letters: Page & { letters: FoundLetter[] /** records that are no dead letters */; others: number };
  show: { shown: string[] };
  /** coordinates of letters, as text */
  sent: Page & { letters: string[] };
  send: { sent: number; refused: Refusal[] };
  look: { records: LookedAt[]; cursor?: { range: number; offset: number } };
  resend: { sent: number; refused: Refusal[] };
}
