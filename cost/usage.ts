import type { Calls, Invocation } from '#cli/usage/metered.ts';

/** A quantity of a batch of n records: batch + record * n. */
export interface Line {
  batch: number;
  record: number;
}

/** What the invocations of one mapping used together. */
export interface Usage {
  function: string;
  topic: string;
  invocations: number;
  /** partitions in these batches: a batch with records of three partitions counts three times */
  slices: number;
  records: number;
  bytes: number;
  logBytes: number;
  calls: Record<string, Calls>;
  cpuMs: Line;
  maxRssMb: number;
}

/** The first invocations of a mapping run code that V8 has not compiled yet. Their times don't count. */
const WARM_UP = 10;

/** Adds up the invocations of each mapping. */
export function usageOf(invocations: readonly Invocation[]): Usage[] {
  const byMapping = Map.groupBy(invocations, (each) => `${each.function} ${each.topic}`);
  return [...byMapping.values()].map(sum).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
const nameOf = (usage: Usage) => `${usage.function} ${usage.topic}`;

function sum(own: readonly Invocation[]): Usage {
  const total = (value: (each: Invocation) => number) => own.reduce((sum, each) => sum + value(each), 0);
  const warm = own.length > 2 * WARM_UP ? own.slice(WARM_UP) : own;
  const timed = (value: (each: Invocation) => number) => lineOf(warm.map((each) => [each.records, value(each)]));
  const calls: Record<string, Calls> = {};
  for (const [name, { calls: count, bytes, units }] of own.flatMap((each) => Object.entries(each.calls))) {
    const known = calls[name] ?? { calls: 0, bytes: 0, units: 0 };
    calls[name] = { calls: known.calls + count, bytes: known.bytes + bytes, units: known.units + units };
  }
  return {
    function: own[0]?.function ?? '',
    topic: own[0]?.topic ?? '',
    invocations: own.length,
    slices: total(({ partitions }) => partitions),
    records: total(({ records }) => records),
    bytes: total(({ bytes }) => bytes),
    logBytes: total(({ logBytes }) => logBytes),
    calls,
    cpuMs: timed(({ cpuMs }) => cpuMs),
    maxRssMb: Math.round(Math.max(...own.map(({ rssMb }) => rssMb))),
  };
}

/**
 * The line through the mean of the smaller batches and the mean of the larger ones. Means, unlike a fit of single
 * batches, count each garbage collection. Neither part is negative.
 *
 * @param points records and quantity of each batch
 */
export function lineOf(points: readonly (readonly [records: number, quantity: number])[]): Line {
  const sorted = points.toSorted(([a], [b]) => a - b);
  const half = Math.ceil(sorted.length / 2);
  const [small, large] = [meanOf(sorted.slice(0, half)), meanOf(sorted.slice(half))];
  const all = meanOf(sorted);
  const record = (large.quantity - small.quantity) / (large.records - small.records);
  const batch = small.quantity - record * small.records;
  if (!Number.isFinite(record) || record <= 0) return { batch: rounded(all.quantity), record: 0 };
  if (batch < 0) return { batch: 0, record: rounded(all.quantity / all.records) };
  return { batch: rounded(batch), record: rounded(record) };
}

function meanOf(points: readonly (readonly [number, number])[]): { records: number; quantity: number } {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  return { records: mean(0), quantity: mean(1) };
}

/** To three digits: the measurement has no more. */
const rounded = (value: number) => Number(value.toPrecision(3));
