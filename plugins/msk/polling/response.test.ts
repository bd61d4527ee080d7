import { failAll, readResponse, succeedAll } from './response.ts';

/** A filter has excluded offset 14 of orders-0. */
const parts = [
  {
    topic: 'orders',
    partition: 0,
    firstOffset: 10,
    lastOffset: 19,
    has: (offset: number) => offset >= 10 && offset <= 19 && offset !== 14,
  },
  { topic: 'orders', partition: 2, firstOffset: 5, lastOffset: 5, has: (offset: number) => offset === 5 },
];
const failure = (partition: unknown, offset: unknown) => ({ itemIdentifier: { partition, offset } });

describe('readResponse', () => {
  test.each([undefined, null, {}, { batchItemFailures: null }, { batchItemFailures: [] }, { other: 1 }])(
    '%j means success',
    (response) => {
      expect(readResponse(response, parts)).toEqual(succeedAll(parts));
    },
  );

  test('fails each partition from its lowest failed offset on', () => {
    const response = { batchItemFailures: [failure('orders-0', 17), failure('orders-0', 12), failure('orders-0', 19)] };

    expect(readResponse(response, parts).failedFrom).toEqual([12, undefined]);
  });

  test('reads failures of several partitions', () => {
    const response = { batchItemFailures: [failure('orders-2', 5), failure('orders-0', 10)] };

    expect(readResponse(response, parts).failedFrom).toEqual([10, 5]);
  });

  test.each([
    ['a partition of another batch', failure('orders-1', 10)],
    ['another topic', failure('order-0', 10)],
    ['an offset before the batch', failure('orders-0', 9)],
    ['an offset after the batch', failure('orders-0', 20)],
    ['an offset within the batch that a filter has excluded', failure('orders-0', 14)],
    ['an offset that is a string', failure('orders-0', '12')],
    ['an identifier that is a string', { itemIdentifier: 'orders-0-12' }],
    ['a null identifier', { itemIdentifier: null }],
    ['no identifier', {}],
    ['null', null],
  ])('fails the whole batch for %s', (_, invalid) => {
    const { failedFrom, reason } = readResponse({ batchItemFailures: [failure('orders-0', 15), invalid] }, parts);

    expect(failedFrom).toEqual(failAll(parts, '').failedFrom);
    expect(reason).toContain('itemIdentifier');
  });

  test.each([['text'], [7], [[]], [{ batchItemFailures: 'all' }], [{ batchItemFailures: {} }]])(
    'fails the whole batch for the response %j',
    (response) => {
      expect(readResponse(response, parts).failedFrom).toEqual([10, 5]);
    },
  );
});
