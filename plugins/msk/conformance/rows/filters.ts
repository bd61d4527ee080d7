import { eachOnce, equal } from '../judge/delivery.ts';
import { committedInTheEnd } from '../judge/failures.ts';
import { delivered } from '../seen/seen.ts';
import { type Row, request, type Send } from './row.ts';

const URGENT = { value: { kind: ['urgent'] } };
const order = (n: number): Send => ({ value: orderText(n) });
const orderText = (n: number) => JSON.stringify({ n, kind: n % 3 === 0 ? 'urgent' : 'usual' });
const numbers = Array.from({ length: 30 }, (_, n) => n);
const passing = numbers.filter((n) => n % 3 === 0 || n === 1);

export const filterRows: Row[] = [
  {
    id: 'filter',
    rule: 'filters are ORed',
    mapping: { batchSize: 4, filterPatterns: [URGENT, { value: { n: [1] } }] },
    before: [request(...numbers.map(order))],
    judge: (seen) => eachOnce(seen, { 0: passing.map(orderText) }),
  },
  {
    id: 'filter-done',
    rule: 'a record that is filtered out counts as done',
    mapping: { filterPatterns: [URGENT] },
    before: [request(order(0), order(1), order(2))],
    judge: (seen) => [...eachOnce(seen, { 0: [orderText(0)] }), ...committedInTheEnd(seen, { 0: 3 })],
  },
  {
    id: 'filter-formats',
    rule: 'a value in another format passes',
    mapping: { filterPatterns: [URGENT] },
    before: [request({ value: null }, { value: 'urgent?' }, { bytes: '//4=' }, order(1))],
    judge: (seen) =>
      equal(
        'values',
        delivered(seen).map(({ value = null }) => value),
        [null, Buffer.from('urgent?').toString('base64'), '//4='],
      ),
  },
];
