import type { LogRecord } from '#proof/world.ts';
import { bytesText, recordText } from './record-text.ts';

const record = (headers: Record<string, string>): LogRecord => ({
  topic: 't',
  partition: 1,
  offset: 7,
  timestamp: 0,
  key: null,
  value: Buffer.from('{"a":1}'),
  headers: new Map(Object.entries(headers).map(([name, value]) => [name, [Buffer.from(value)]])),
});

test('bytes are printed as text, as base64, or as - for null', () => {
  expect(bytesText(Buffer.from('grüße'))).toBe('grüße');
  expect(bytesText(Buffer.from([0xff]))).toBe('base64:/w==');
  expect(bytesText(null)).toBe('-');
});

test('control characters are escaped', () => {
  expect(bytesText(Buffer.from('a\nb\u001b[31m\u009b'))).toBe('a\\nb\\u001b[31m\\u009b');
});

test('a record is printed as one line: place, time, key, value, source, and the names of other headers', () => {
  expect(recordText(record({ source: 'raw-1-2\u001b', traceparent: 'x' }))).toBe(
    't-1-7  1970-01-01T00:00:00.000Z  -  {"a":1}  source=raw-1-2\\u001b  headers=traceparent',
  );
});

test('a dead letter is printed with its cause, and with what was cut from its record', () => {
  const why = { exception: 'TOO_LARGE', message: 'm', function: 'f', topic: 'raw', partition: '1', offset: '2' };
  const errors = { ...why, truncated: 'value 1 of 2 bytes' };
  const named = Object.fromEntries(Object.entries(errors).map(([name, text]) => [`__lambda.errors.${name}`, text]));
  expect(recordText(record(named))).toContain('  dead=TOO_LARGE (m; f on raw-1-2)  truncated=value 1 of 2 bytes');
});
