import type { Ask } from '#functions/ops/redrive/ask.ts';
import type { Filter } from '#functions/ops/redrive/filter.ts';
import type { Invocation, Range } from '#functions/ops/redrive/invocation.ts';
import type { Letter } from '#functions/ops/redrive/refused.ts';
import { type LookedAt, MOST_RANGES } from '#functions/ops/redrive/requests.ts';
import { gone } from '#functions/ops/redrive/to-send.ts';
import type { Coordinates } from '#lib/kafka/records.ts';

/** One record that an on-failure record holds or names. */
export interface Item {
  readonly invocation: Invocation;
  readonly from: Coordinates;
  /** where it lay first, and how often it was redriven */
  readonly past: Pick<LookedAt, 'origin' | 'attempts' | 'redrive'>;
  /** what the on-failure record holds of it */
  readonly letter?: Letter;
  /** the record's content as text for a person, where that was asked for */
  readonly lines?: readonly string[];
  /** why it can't be redriven */
  readonly lost?: string;
}

const allows = (wanted: readonly string[] | undefined, value: string) => wanted?.includes(value) ?? true;

/** Whether a filter allows the records of an on-failure record; their topics are filtered by {@link wantsTopic}. */
export function wants({ functions, codes, since, until }: Filter, own: Invocation): boolean {
  const isInTime = !(own.timestamp < (since ?? Number.NEGATIVE_INFINITY)) && !(own.timestamp >= (until ?? Infinity));
  return allows(functions, own.function) && allows(codes, own.code) && isInTime;
}

export const wantsTopic = ({ sources }: Filter, topic: string) => allows(sources, topic);

/**
 * The records of on-failure records that only name them: read from their topics by their offsets.
 * @param reveal undefined: without their content
 */
export async function namedRecords(
  ask: Ask,
  invocations: readonly Invocation[],
  filter: Filter,
  reveal?: boolean,
): Promise<Item[]> {
  const items: Item[] = [];
  const all = invocations.map((own) => ({ own, ranges: own.ranges.filter(({ topic }) => wantsTopic(filter, topic)) }));
  const found = await lookAt(
    ask,
    all.flatMap(({ ranges }) => ranges),
    reveal,
  );
  for (const { own, ranges } of all) {
    const count = ranges.reduce((sum, range) => sum + (found.get(range)?.length ?? 0), 0);
    // Offsets that have no record may be of transactions: only as many are missing as the batch had more records.
    let left = Math.min(Number.isNaN(own.batchSize) ? MOST_IN_BATCH : own.batchSize, MOST_IN_BATCH) - count;
    for (const range of ranges) {
      const some = found.get(range) ?? [];
      const isOther = isAnother(range, some);
      for (const { from, origin, attempts, redrive, lines } of some) {
        const past = { origin, attempts, ...(redrive !== undefined && { redrive }) };
        items.push({ invocation: own, from, past, ...(lines && { lines }), ...(isOther && { lost: OTHER }) });
      }
      const lost = missing(own, range, some, left);
      left -= lost.length;
      items.push(...lost);
    }
  }
  return items;
}

/** Lambda's limit for a mapping. */
const MOST_IN_BATCH = 10_000;
const OTHER = 'another record lies at its offset now: the topic was made anew';

function isAnother({ first, last, firstTime, lastTime }: Range, records: readonly LookedAt[]): boolean {
  const differs = (offset: number, time: number) =>
    records.some(({ from, timestamp }) => from.offset === offset && !Number.isNaN(time) && timestamp !== time);
  return differs(first, firstTime) || differs(last, lastTime);
}

/** The first offsets of a range that have no record: retention takes the oldest. */
function missing(invocation: Invocation, range: Range, found: readonly LookedAt[], most: number): Item[] {
  const { topic, partition, first, last } = range;
  const there = new Set(found.map(({ from }) => from.offset));
  const items: Item[] = [];
  for (let offset = first; offset <= last && items.length < most; offset += 1) {
    if (there.has(offset)) continue;
    const from = { topic, partition, offset };
    items.push({
      invocation,
      from,
      past: { origin: `${topic}-${partition}-${offset}`, attempts: 0 },
      lost: gone(from),
    });
  }
  return items;
}

async function lookAt(
  ask: Ask,
  ranges: readonly Range[],
  reveal: boolean | undefined,
): Promise<Map<Range, LookedAt[]>> {
  const found = new Map<Range, LookedAt[]>();
  for (let start = 0; start < ranges.length; start += MOST_RANGES) {
    const some = ranges.slice(start, start + MOST_RANGES);
    const asked = some.map(({ topic, partition, first, last }) => ({ topic, partition, first, last }));
    const records: LookedAt[] = [];
    let cursor: { range: number; offset: number } | undefined;
    do {
      const page = await ask('look', {
        ranges: asked,
        ...(reveal !== undefined && { reveal }),
        ...(cursor && { cursor }),
      });
      records.push(...page.records);
      cursor = page.cursor;
    } while (cursor !== undefined);
    for (const range of some)
      found.set(
        range,
        records.filter(({ from }) => isIn(range, from)),
      );
  }
  return found;
}

function isIn({ topic, partition, first, last }: Range, from: Coordinates): boolean {
  return from.topic === topic && from.partition === partition && from.offset >= first && from.offset <= last;
}
