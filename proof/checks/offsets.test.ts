import { Findings } from '../findings.ts';
import type { LogRecord, TopicLog } from '../world.ts';
import { checkOffsets, checkOverlap, leftLog } from './offsets.ts';

const record = (offset: number, key: string | null = null, value: string | null = 'v'): LogRecord => ({
  topic: 't',
  partition: 0,
  offset,
  timestamp: 0,
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: new Map(),
});
const log = (start: number, end: number, ...records: LogRecord[]): TopicLog => ({
  partitions: [{ partition: 0, start, end }],
  records,
});

function found(own: TopicLog, compacted = false): string[] {
  const findings = new Findings();
  checkOffsets('t', own, compacted, findings);
  return findings.list().flatMap(({ kind, first }) => first.map(({ id }) => `${kind} ${id}`));
}

test('contiguous offsets from start to end are right, wherever the log starts', () => {
  expect(found(log(0, 2, record(0), record(1)))).toEqual([]);
  expect(found(log(5, 7, record(5), record(6)))).toEqual([]);
  expect(found(log(5, 5))).toEqual([]);
});

test.each([
  ['at the start', [1, 2], ['lost t-0-0']],
  ['in the middle', [0, 2], ['lost t-0-1']],
  ['at the end', [0], ['lost t-0-1', 'lost t-0-2']],
])('a gap %s is named', (_, offsets, expected) => {
  expect(found(log(0, 3, ...offsets.map((offset) => record(offset))))).toEqual(expected);
});

test('an offset that was read twice is named', () => {
  expect(found(log(0, 2, record(0), record(0), record(1)))).toEqual(['duplicated t-0-0']);
});

test('a compacted log may have gaps', () => {
  expect(found(log(0, 9, record(3), record(8)), true)).toEqual([]);
});

test('a log may have lost older records, replaced records and tombstones', () => {
  const gone = leftLog(log(2, 10, record(5, 'a'), record(9, 'b')), true);
  expect(gone(record(1, 'z'))).toBe(true);
  expect(gone(record(3, 'a'))).toBe(true);
  expect(gone(record(6, 'a'))).toBe(false);
  expect(gone(record(3, 'z'))).toBe(false);
  expect(gone(record(3, 'z', null))).toBe(true);
  expect(gone(record(10, 'a'))).toBe(false);
  expect(leftLog(log(2, 10, record(5, 'a')), false)(record(3, 'a'))).toBe(false);
});

test.each([
  [
    [
      [0, 4],
      [5, 9],
    ],
    [],
  ],
  [
    [
      [5, 9],
      [0, 4],
    ],
    [],
  ],
  [
    [
      [0, 5],
      [5, 9],
    ],
    ['b overlaps a'],
  ],
  [
    [
      [0, 9],
      [2, 3],
      [5, 6],
    ],
    ['b overlaps a', 'c overlaps a'],
  ],
  [
    [
      [0, 9],
      [0, 9],
    ],
    ['b overlaps a'],
  ],
])('ranges %j', (ranges, expected) => {
  const findings = new Findings();
  checkOverlap(
    't',
    ranges.map(([first = 0, last = 0], i) => ({ id: 'abc'[i] as string, first, last })),
    findings,
  );
  expect(findings.list().flatMap(({ first }) => first.map(({ id, why }) => `${id} ${why}`))).toEqual(expected);
});
