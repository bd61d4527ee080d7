import * as z from 'zod';
import type { StoredRecord } from '#lib/kafka/client/topic-reader.ts';
import type { Letter } from './refused.ts';

/** Which dead letters of a topic are meant. Each absent member allows all. */
export const filterSchema = z.strictObject({
  codes: z.array(z.string()).optional(),
  functions: z.array(z.string()).optional(),
  /** the topics that the records lay in */
  sources: z.array(z.string()).optional(),
  /** ms since the epoch, of the dead letter */
  since: z.number().optional(),
  /** exclusive */
  until: z.number().optional(),
  /** of the dead-letter topic */
  partition: z.int().optional(),
  /** the first and the last offset in the dead-letter topic */
  offsets: z.tuple([z.int(), z.int()]).optional(),
});
export type Filter = z.infer<typeof filterSchema>;

const allows = <T>(wanted: readonly T[] | undefined, value: T) => wanted === undefined || wanted.includes(value);

export function isWanted(filter: Filter, { partition, offset, timestamp }: StoredRecord, letter: Letter): boolean {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, offsets } = filter;
  return (
    allows(filter.codes, letter.code) &&
    allows(filter.functions, letter.function) &&
    allows(filter.sources, letter.from.topic) &&
    timestamp >= since &&
    timestamp < until &&
    allows(filter.partition === undefined ? undefined : [filter.partition], partition) &&
    (offsets === undefined || (offset >= offsets[0] && offset <= offsets[1]))
  );
}
