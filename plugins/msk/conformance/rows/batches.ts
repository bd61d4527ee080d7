import { eachOnce, inOneBatch, inOrder, largestBatch, largestEvent, oneAtATime } from '../judge/delivery.ts';
import { discardedTooLarge } from '../judge/destination.ts';
import { numbered, type Row, request, texts } from './row.ts';

/** AWS: "Lambda quotas". */
const PAYLOAD_LIMIT = 6 * 1024 * 1024;
const LARGE = 900_000;
/** As base64 it exceeds the limit. */
const TOO_LARGE = 4_800_000;

export const batchRows: Row[] = [
  {
    id: 'batch-size',
    rule: 'batch size',
    partitions: 2,
    mapping: { batchSize: 10 },
    before: [request(...numbered(0, 0, 25), ...numbered(1, 0, 25))],
    judge: (seen) => [...largestBatch(seen, 10), ...eachOnce(seen, { 0: texts(0, 25), 1: texts(0, 25) })],
  },
  {
    id: 'window',
    rule: 'batching window',
    partitions: 2,
    mapping: { maximumBatchingWindow: 3 },
    steps: [[0, 1, 2, 3].map((n) => request(...numbered(n % 2, n, 1)))],
    judge: (seen) => [...inOneBatch(seen, texts(0, 4)), ...eachOnce(seen, { 0: ['0', '2'], 1: ['1', '3'] })],
  },
  {
    id: 'payload',
    rule: 'a payload has at most 6 MB, as JSON with base64',
    // The window is long enough for full batches.
    mapping: { maximumBatchingWindow: 5 },
    before: Array.from({ length: 12 }, () => request({ size: LARGE })),
    judge: (seen) => [
      // A record has a third more as base64, and some bytes for the rest.
      ...largestEvent(seen, PAYLOAD_LIMIT, (LARGE * 4) / 3 + 100_000),
      ...inOrder(seen),
      ...(seen.invocations.flatMap(({ records }) => records).length === 12 ? [] : ['not every record came once']),
    ],
  },
  {
    id: 'oversized',
    rule: 'a single record of more than 6 MB goes to the destination',
    topicConfigs: { 'max.message.bytes': '12000000' },
    mapping: { maximumRetryAttempts: 1 },
    dead: true,
    before: [request({ value: 'before' }), request({ key: 'big', size: TOO_LARGE }), request({ value: 'behind' })],
    judge: (seen) => [...eachOnce(seen, { 0: ['before', 'behind'] }), ...discardedTooLarge(seen, 'big')],
  },
  {
    id: 'order',
    rule: 'a partition is processed sequentially; up to one invocation runs for each partition',
    partitions: 3,
    mapping: { batchSize: 20 },
    before: [request(...[0, 1, 2].flatMap((partition) => numbered(partition, 0, 60, { act: { holdMs: 100 } })))],
    judge: (seen) => [
      ...inOrder(seen),
      ...oneAtATime(seen),
      ...eachOnce(seen, { 0: texts(0, 60), 1: texts(0, 60), 2: texts(0, 60) }),
    ],
  },
];
