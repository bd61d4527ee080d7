import { PermanentError, type PipelineError, TransientError } from '#lib/errors.ts';
import { recordsOf } from '#lib/kafka/batch.ts';
import { batchOfRecords } from '#test/support/msk-event.ts';
import type { Sink } from './sink.ts';
import { guarded } from './store-at-fault.ts';

const isAmbiguous: Sink['isAmbiguous'] = (code) => code.startsWith('MAPPING');
const refusal = (code: string) => new PermanentError(code, 'the field [speed]');

/** The failures of a batch in which the first records get these errors. */
async function outcome(size: number, errors: readonly PipelineError[], ambiguous = isAmbiguous) {
  const sink: Sink = {
    write: async (batch) => errors.map((error, i) => ({ record: recordsOf(batch)[i] as never, error })),
    ...(ambiguous && { isAmbiguous: ambiguous }),
  };
  const failures = await guarded(sink).write(batchOfRecords(Array(size).fill({})));
  return failures.map(({ record, error }) => [record.offset, error.code, error.retriable]);
}
const of = (count: number, code: string) => Array.from({ length: count }, () => refusal(code));

test('where most of a batch is refused with one ambiguous code, those records are handed back, and no others', async () => {
  const codes = await outcome(20, [...of(11, 'MAPPING_A'), refusal('SCHEMA'), new TransientError('AWAY', '')]);

  expect(codes.slice(0, 11)).toEqual(Array.from({ length: 11 }, (_, i) => [i, 'STORE_AT_FAULT', true]));
  expect(codes.slice(11)).toEqual([
    [11, 'SCHEMA', false],
    [12, 'AWAY', true],
  ]);
});

test.each([
  ['only half of the batch has the code', 20, of(10, 'MAPPING_A')],
  ['no code is the code of most records', 20, [...of(10, 'MAPPING_A'), ...of(10, 'MAPPING_B')]],
  ['the batch is small', 19, of(19, 'MAPPING_A')],
  ['only the record can be at fault for the code', 40, of(40, 'SQLSTATE_22P02')],
])('a rejection stays permanent where %s', async (_, size, errors) => {
  const codes = await outcome(size, errors);

  expect(codes).toEqual(errors.map(({ code }, i) => [i, code, false]));
});

test('a store without ambiguous codes is not guarded', async () => {
  const sink: Sink = { write: async () => [] };

  expect(guarded(sink)).toBe(sink);
});
