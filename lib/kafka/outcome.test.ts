import { batchOfRecords, TRACE } from '#test/support/msk-event.ts';
import { recordsOf } from './batch.ts';
import { producedHeaders } from './outcome.ts';
import type { KafkaRecord } from './records.ts';

test.each([
  [TRACE, ['source', 'traceparent']],
  ['00-a-b-01', ['source']],
  [Buffer.from([0xff, 0x00]), ['source']],
])('only a traceparent in W3C’s form is copied to the output: %j', (traceparent, names) => {
  const [record] = recordsOf(batchOfRecords([{ value: 'x', headers: { traceparent } }]));

  expect(producedHeaders(record as KafkaRecord, 's').map(({ name }) => name)).toEqual(names);
});
