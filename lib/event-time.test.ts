import fc from 'fast-check';
import { checkEventTime, isoTime, LAST_MS, plainMs, TOLERANCE_MS } from './event-time.ts';

const NOON = Date.UTC(2026, 10, 28, 12);

test.each([
  // A time in UTC with at most three digits of a fraction stays unchanged.
  ['2026-11-28T15:00:00Z', '2026-11-28T15:00:00Z'],
  ['2026-11-28T15:00:00.5Z', '2026-11-28T15:00:00.5Z'],
  ['2026-11-28T15:00:00.123Z', '2026-11-28T15:00:00.123Z'],
  // Offsets of Java, of strftime's %z and of PostgreSQL; offsets over 18 hours, which Java can't read.
  ['2026-11-28T15:00:00+05:30', '2026-11-28T09:30:00.000Z'],
  ['2026-11-28T15:00:00+0530', '2026-11-28T09:30:00.000Z'],
  ['2026-11-28T15:00:00.25-0800', '2026-11-28T23:00:00.250Z'],
  ['2026-11-28 15:00:00.123456+00', '2026-11-28T15:00:00.123Z'],
  ['2026-11-28T15:00:00+19:00', '2026-11-27T20:00:00.000Z'],
  ['2026-11-28T15:00:00-23:59', '2026-11-29T14:59:00.000Z'],
  // Fractions of Python, of Go and longer ones; ISO 8601 also allows a comma.
  ['2026-11-28T15:00:00.123456Z', '2026-11-28T15:00:00.123Z'],
  ['2026-11-28T15:00:00.1234567890Z', '2026-11-28T15:00:00.123Z'],
  ['2026-11-28T15:00:00.9999999999Z', '2026-11-28T15:00:00.999Z'],
  ['2026-11-28T15:00:00,5Z', '2026-11-28T15:00:00.500Z'],
  // Java omits seconds that are 0.
  ['2026-11-28T15:00Z', '2026-11-28T15:00:00.000Z'],
  ['2026-11-28t15:00:00z', '2026-11-28T15:00:00.000Z'],
  // The first and the last time that both PostgreSQL and ISO 8601 have.
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ['0000-12-31T23:00:00-01:00', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
])('%s becomes %s', (text, time) => {
  expect(isoTime.parse(text)).toBe(time);
});

test.each([
  '2026-11-28T15:00:00',
  '2026-11-28',
  '2026-11-28T15Z',
  '2026-11-28T15:00:00+24:00',
  '2026-11-28T15:00:00+05:60',
  '2026-11-28T15:00:00+5',
  '2026-11-28T15:00.5Z',
  '2026-11-28T15:00:00.Z',
  '2026-11-28T24:00:00Z',
  '2026-11-28T15:60:00Z',
  '2026-11-28T15:00:60Z',
  '2026-02-29T15:00:00Z',
  '2026-13-01T15:00:00Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '+040000-01-01T00:00:00Z',
  '2026-11-28T15:00:00Z\n',
  'yesterday',
  '',
])('%j is not a valid time', (text) => {
  expect(isoTime.safeParse(text).success).toBe(false);
});

test('every time that the stores hold is read at any offset, and its result is read unchanged', () => {
  const within = {
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9999-12-30T23:59:59.999Z'),
    noInvalidDate: true,
  };
  fc.assert(
    fc.property(
      fc.date(within),
      fc.integer({ min: -1439, max: 1439 }),
      fc.constantFrom(':', ''),
      (date, minutes, colon) => {
        const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) =>
          String(n).padStart(2, '0'),
        );
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const text = `${local}${minutes < 0 ? '-' : '+'}${hours}${colon}${rest}`;

        expect(isoTime.parse(text)).toBe(date.toISOString());
        expect(isoTime.parse(isoTime.parse(text))).toBe(date.toISOString());
      },
    ),
  );
});

const codeOf = (eventTime: number, kafkaTimestamp: number) => {
  try {
    checkEventTime(eventTime, kafkaTimestamp);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test.each([-1, 0, -9e15])('the Kafka timestamp %d means none: an event time is checked without it', (none) => {
  expect([codeOf(NOON, none), codeOf(0, none), codeOf(LAST_MS, none)]).toEqual([undefined, undefined, undefined]);
  expect(codeOf(LAST_MS + 1, none)).toBe('FUTURE_TIMESTAMP');
});

test('an event time is at most 5 min after the Kafka timestamp, and never after the year 9999', () => {
  expect(codeOf(NOON + TOLERANCE_MS, NOON)).toBeUndefined();
  expect(codeOf(NOON + TOLERANCE_MS + 1, NOON)).toBe('FUTURE_TIMESTAMP');
  expect(codeOf(LAST_MS + 1, 9e15)).toBe('FUTURE_TIMESTAMP');
});

describe('plainMs', () => {
  const part = (max: number) => fc.nat(max).map((value) => String(value).padStart(2, '0'));
  const year = fc.constantFrom('0000', '0001', '0099', '0100', '1969', '1970', '2024', '2026', '9999');
  const fraction = fc.oneof(
    fc.constant(''),
    fc.nat(9_999).map((value) => `.${value}`),
  );
  const text = fc
    .tuple(year, part(13), part(32), part(25), part(61), part(61), fraction)
    .map(([y, month, day, hour, minute, second, more]) => `${y}-${month}-${day}T${hour}:${minute}:${second}${more}Z`);

  test('reads a time as Date.parse does, and accepts none that isoTime refuses or converts', () => {
    fc.assert(
      fc.property(text, (time) => {
        const ms = plainMs(time);
        if (ms === undefined) return;
        expect(ms).toBe(Date.parse(time));
        expect(isoTime.parse(time)).toBe(time);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['2026-11-28T15:00:00Z', Date.UTC(2026, 10, 28, 15)],
    ['2026-11-28T15:00:00.05Z', Date.UTC(2026, 10, 28, 15, 0, 0, 50)],
    ['9999-12-28T23:59:59.999Z', Date.UTC(9999, 11, 28, 23, 59, 59, 999)],
    ['2026-11-28T15:00:00+00:00', undefined],
    [1_700_000_000, undefined],
  ])('%s is %s', (time, ms) => {
    expect(plainMs(time)).toBe(ms);
  });
});
