import { atLeastOnce, eachOnce, inOrder } from '../judge/delivery.ts';
import { discardedRecords } from '../judge/destination.ts';
import { committedInTheEnd, halved, notCommittedPast, othersGoOn, retriedUntilDone, times } from '../judge/failures.ts';
import { delivered } from '../seen/seen.ts';
import { numbered, type Row, request, texts } from './row.ts';

/** A record on which the probe throws: always, or for a while. */
const bad = { value: 'bad', act: { throws: true } } as const;
const badForAWhile = { value: 'bad', act: { throws: true, patient: true } } as const;

export const retryRows: Row[] = [
  {
    id: 'commit',
    rule: 'offsets are committed only after success',
    steps: [[request(badForAWhile)]],
    judge: (seen) => [...notCommittedPast(seen, 0, 'bad'), ...committedInTheEnd(seen, { 0: 2 })],
  },
  {
    id: 'retry',
    rule: 'a failed batch is retried, while other partitions go on',
    partitions: 2,
    steps: [[request(badForAWhile)], [request(...numbered(0, 0, 2), ...numbered(1, 0, 2))]],
    judge: (seen) => [
      ...retriedUntilDone(seen, 0, 'bad'),
      ...othersGoOn(seen, [0, 'bad'], [1, '1']),
      ...inOrder(seen),
      ...atLeastOnce(seen, 0, ['bad', '0', '1']),
    ],
  },
  {
    id: 'exit',
    rule: 'process.exit fails the invocation, as Runtime.ExitError',
    steps: [[request({ value: 'exits', act: { exit: true, patient: true } })]],
    judge: (seen) => retriedUntilDone(seen, 0, 'exits'),
  },
  {
    id: 'retry-limit',
    rule: 'MaximumRetryAttempts limits the retries',
    mapping: { maximumRetryAttempts: 2, batchSize: 3 },
    before: [request(...numbered(0, 0, 1), bad, ...numbered(0, 2, 1)), request(...numbered(0, 3, 1))],
    judge: (seen) => [
      ...times(seen, 0, 'bad', 3),
      ...atLeastOnce(seen, 0, ['3']),
      ...committedInTheEnd(seen, { 0: 4 }),
    ],
  },
  {
    id: 'destination',
    rule: "a Kafka topic gets a message for each record, with the record's key",
    mapping: { maximumRetryAttempts: 1, batchSize: 2 },
    dead: true,
    before: [request({ key: 'k', ...bad }, { value: null, act: { throws: true } })],
    judge: (seen, { cluster }) =>
      discardedRecords(
        seen,
        [
          { key: 'k', offset: 0, value: Buffer.from('bad').toString('base64') },
          { key: null, offset: 1, value: null },
        ],
        { condition: 'RetriesExhausted', attempts: 2, cluster },
      ),
  },
  {
    id: 'age',
    rule: 'MaximumRecordAgeInSeconds excludes older records',
    mapping: { maximumRecordAgeInSeconds: 604_800 },
    topicConfigs: { 'retention.ms': '-1' },
    before: [
      request(
        { value: 'old', ageSeconds: 604_900 },
        { value: 'new', ageSeconds: 0 },
        { value: 'older', ageSeconds: 700_000 },
        { value: 'newer', ageSeconds: 0 },
      ),
    ],
    judge: (seen) => [...eachOnce(seen, { 0: ['new', 'newer'] }), ...committedInTheEnd(seen, { 0: 4 })],
  },
  {
    id: 'bisect',
    rule: 'BisectBatchOnFunctionError splits a failed batch',
    // The window is long enough for a full batch.
    mapping: { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1, batchSize: 8, maximumBatchingWindow: 3 },
    before: [request(...numbered(0, 0, 5), bad, ...numbered(0, 6, 2))],
    judge: (seen) => [
      ...halved(seen, 'bad'),
      ...atLeastOnce(seen, 0, [...texts(0, 5), '6', '7']),
      ...committedInTheEnd(seen, { 0: 8 }),
    ],
  },
  {
    id: 'on-demand',
    rule: 'on-demand mode ignores these three properties',
    raw: { MaximumRetryAttempts: 0, MaximumRecordAgeInSeconds: 60, BisectBatchOnFunctionError: true, BatchSize: 2 },
    steps: [[request(badForAWhile, ...numbered(0, 1, 1))]],
    judge: (seen) => [
      ...retriedUntilDone(seen, 0, 'bad'),
      // Each attempt has the whole batch.
      ...times(seen, 0, '1', delivered(seen).filter(({ text }) => text === 'bad').length),
    ],
  },
];
