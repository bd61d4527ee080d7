import type { LogRecord } from '#proof/world.ts';
import { TRACE } from '#test/support/msk-event.ts';
import { traceText } from './trace.ts';

const record = (topic: string, timestamp: number, traceparent?: string): LogRecord => ({
  topic,
  partition: 1,
  offset: 7,
  timestamp,
  key: null,
  value: null,
  headers: new Map(traceparent === undefined ? [] : [['traceparent', [Buffer.from(traceparent)]]]),
});
const BEGAN = Date.parse('2026-01-15T10:00:00Z');
const TIMES = ['raw-data-topic-1-7  2026-01-15T10:00:00.000Z', 'alerts-topic-1-7  +42 ms'];

test.each([
  [TRACE, '0af7651916cd43dd8448eb211c80319c'],
  [`${TRACE}\u001b[2J`, 'no traceparent'],
  [undefined, 'no traceparent'],
])('traceparent %j: shows %s, and the times', (traceparent, shown) => {
  const produced = [record('alerts-topic', BEGAN + 42)];

  expect(traceText(record('raw-data-topic', BEGAN, traceparent), produced)).toEqual([shown, ...TIMES]);
});

test('shows nothing where the record is not found', () => {
  expect(traceText(undefined, [])).toEqual([]);
});
