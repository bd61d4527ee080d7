import { bucketRecord } from './invocation-record.ts';

const batchAt = (timestamp: number) => ({
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/c/1',
  bootstrapServers: '127.0.0.1:9092',
  partitions: [{ topic: 't', partition: 0, records: [{ offset: 7, timestamp, key: null, value: null, headers: [] }] }],
  why: { condition: 'RetryAttemptsExhausted', invocations: 1 } as const,
  at: new Date(0),
  delivered: new Set<never>(),
});

test.each([
  [1_700_000_000_000, '2023-11-14T22:13:20.000Z'],
  [-1, '1969-12-31T23:59:59.999Z'],
  [1_700_000_000_000_000_000, '+275760-09-13T00:00:00.000Z'],
])('a discarded record with the timestamp %d can be written', (timestamp, text) => {
  expect(bucketRecord(batchAt(timestamp))).toMatchObject({
    KafkaBatchInfo: { recordsInfo: { 't-0': { firstRecordTimestamp: text, lastRecordTimestamp: text } } },
  });
});
