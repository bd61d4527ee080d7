import { eachOnce, inOrder } from '../judge/delivery.ts';
import {
  committedInTheEnd,
  goesOnFromFailed,
  notCommittedPast,
  retriedUntilDone,
  wholeBatchAgain,
} from '../judge/failures.ts';
import { numbered, type Row, request, texts } from './row.ts';

const item = (partition: unknown, offset: unknown) => ({ itemIdentifier: { partition, offset } });
const items = (...list: unknown[]) => ({ batchItemFailures: list });

const SUCCESSES = [null, {}, { batchItemFailures: null }, items()];
/** Each is returned for the record at offset 0 of its partition. */
const INVALID = [
  ...[items(item('TOPIC-99', 0)), items(item('other-0', 0)), items(item('TOPIC-2', 99)), items(item('TOPIC-3', '0'))],
  ...[
    items(item(null, 0)),
    items({ itemIdentifier: 'TOPIC-5-0' }),
    items({ itemIdentifier: null }),
    items({}),
    items(null),
  ],
];
const WRONG = ['text', 7, [], { batchItemFailures: 'all' }, { batchItemFailures: {} }];

/** A row whose partitions each have one record, for which the function returns one of these answers. */
function answers(row: Pick<Row, 'id' | 'rule' | 'judge'>, list: readonly unknown[]): Row {
  const sends = list.map((answer, partition) => ({
    partition,
    value: `answer ${partition}`,
    act: { answer, patient: true as const },
  }));
  return { ...row, partitions: list.length, mapping: { ...REPORTS, batchSize: 1 }, steps: [[request(...sends)]] };
}
const REPORTS = { functionResponseType: 'ReportBatchItemFailures' };

const retried = (list: readonly unknown[]): Row['judge'] => {
  return (seen) => list.flatMap((_, partition) => retriedUntilDone(seen, partition, `answer ${partition}`));
};

/** The function reports all records, always. Whoever reads that list never gets past them. */
const listed = numbered(0, 0, 3, { act: { report: true } });
const ignored: Row['judge'] = (seen) => [...eachOnce(seen, { 0: texts(0, 3) }), ...committedInTheEnd(seen, { 0: 3 })];

export const responseRows: Row[] = [
  {
    id: 'partial',
    rule: 'a partial response commits up to the first failed record',
    partitions: 2,
    mapping: REPORTS,
    steps: [
      [
        request(
          ...numbered(0, 0, 2),
          ...numbered(0, 2, 2, { act: { report: true, patient: true } }),
          ...numbered(1, 0, 2),
        ),
      ],
    ],
    judge: (seen) => [
      ...goesOnFromFailed(seen),
      ...notCommittedPast(seen, 0, '2'),
      ...retriedUntilDone(seen, 0, '3'),
      ...inOrder(seen),
    ],
  },
  {
    id: 'unknown',
    rule: 'an invalid identifier fails the whole batch',
    mapping: { ...REPORTS, batchSize: 3 },
    steps: [[request(...numbered(0, 0, 3, { act: { answer: items(item('TOPIC-0', 99_999)), patient: true } }))]],
    judge: (seen) => [...wholeBatchAgain(seen), ...retriedUntilDone(seen, 0, '2')],
  },
  answers({ id: 'invalid', rule: 'an invalid identifier fails the whole batch', judge: retried(INVALID) }, INVALID),
  answers({ id: 'wrong-type', rule: 'a response of another type fails the whole batch', judge: retried(WRONG) }, WRONG),
  answers(
    {
      id: 'success',
      rule: 'null, {} and an empty list mean success',
      judge: (seen) => eachOnce(seen, Object.fromEntries(SUCCESSES.map((_, at) => [at, [`answer ${at}`]]))),
    },
    SUCCESSES,
  ),
  {
    id: 'ignored-list',
    rule: 'a returned list is ignored without ReportBatchItemFailures',
    before: [request(...listed)],
    judge: ignored,
  },
  {
    id: 'on-demand-list',
    rule: 'on-demand mode ignores a returned list',
    raw: { FunctionResponseTypes: ['ReportBatchItemFailures'] },
    before: [request(...listed)],
    judge: ignored,
  },
];
