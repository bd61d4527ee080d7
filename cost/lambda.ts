import type { Line } from './usage.ts';

/** Lambda gives a function one vCPU at this many MB, and less in proportion (Lambda guide, "Configure memory"). */
const MB_OF_A_VCPU = 1_769;

/** A payload has 6 MB, in base64; the rest is for names, offsets and headers of each record. */
const PAYLOAD_BYTES = 6 * 1024 * 1024;
const ENVELOPE_BYTES = 200;
/** Lambda guide, "Apache Kafka event poller scaling modes". */
export const POLLER_INVOCATIONS = 5;

export interface Mapping {
  function: string;
  topic: string;
  memoryMb: number;
  batchSize: number;
  windowSeconds: number;
  partitions: number;
}

export interface Work {
  cpuMs: Line;
  waitMs: Line;
  /** of a record's key and value */
  recordBytes: number;
}

/** The batches of a mapping at a steady rate. */
export interface Batches {
  /** in a batch */
  records: number;
  perSecond: number;
  ms: number;
  /** batches at once, on average */
  concurrency: number;
  /** partitions in a batch */
  partitions: number;
}

/** How long a batch takes. CPU takes longer by the function's share of a vCPU, waiting doesn't. */
export function batchMs(records: number, { cpuMs, waitMs }: Omit<Work, 'recordBytes'>, memoryMb: number): number {
  const share = Math.min(1, memoryMb / MB_OF_A_VCPU);
  return (cpuMs.batch + cpuMs.record * records) / share + waitMs.batch + waitMs.record * records;
}

/** The largest batch: BatchSize, or what fits into a payload. */
export function largestBatch(batchSize: number, recordBytes: number): number {
  const fits = Math.floor(PAYLOAD_BYTES / (ENVELOPE_BYTES + (recordBytes * 4) / 3));
  return Math.max(1, Math.min(batchSize, fits));
}

/** Records per second of one partition when all its batches are full: it has one batch at a time. */
export function partitionRate(mapping: Pick<Mapping, 'memoryMb' | 'batchSize'>, work: Work): number {
  const records = largestBatch(mapping.batchSize, work.recordBytes);
  return (records / batchMs(records, work, mapping.memoryMb)) * 1_000;
}

/**
 * With a window, a batch takes what has come in the window, from all partitions of a poller. Without one, or if such a
 * batch takes longer than the window, partitions have their own batches, as many at once as the pollers allow: a batch
 * takes what has come during the window or the batch before. If batches are full, they come one after the other.
 *
 * @param rate records per second
 * @param pollers that share the partitions
 */
export function batchesOf(mapping: Mapping, work: Work, rate: number, pollers: number): Batches {
  const { windowSeconds, memoryMb, partitions } = mapping;
  const most = largestBatch(mapping.batchSize, work.recordBytes);
  const seconds = (records: number) => batchMs(records, work, memoryMb) / 1_000;
  const together = Math.min(most, Math.max(1, (rate / pollers) * windowSeconds));
  const inTime = windowSeconds > 0 && seconds(together) <= windowSeconds && together < most;
  const lanes = Math.min(inTime ? pollers : pollers * POLLER_INVOCATIONS, partitions);
  const own = rate / lanes;
  const records = Math.min(most, Math.max(1, own * windowSeconds, ofItsOwnTime(own, seconds, most)));
  const perSecond = rate / records;
  return {
    records,
    perSecond,
    ms: seconds(records) * 1_000,
    concurrency: perSecond * seconds(records),
    partitions: Math.min(records, partitions / lanes),
  };
}

/** The batch that comes while such a batch runs: n = rate * (a + b n). */
function ofItsOwnTime(rate: number, seconds: (records: number) => number, most: number): number {
  const a = seconds(0);
  const b = seconds(1) - a;
  return rate * b < 1 ? (rate * a) / (1 - rate * b) : most;
}
