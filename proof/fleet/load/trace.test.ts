import { deriveSpeeds, parseTrace, schedule } from './trace.ts';

/** Due north from Munich: a hundredth of a degree of latitude is 1.11195 km on the mean radius. */
const NORTH_KM = 1.11195;
const START = Date.parse('2026-01-15T10:00:00Z');

/** Rows of [seconds, hundredths of a degree north of the start]. */
function trace(...rows: [seconds: number, north: number][]): string {
  const zone = 2 * 3_600_000;
  return JSON.stringify(
    rows.map(([seconds, north]) => ({
      point: `POINT(11.575 ${48.137 + north / 100})`,
      time: new Date(Date.parse('2014-09-10T04:54:07Z') + seconds * 1000 + zone)
        .toISOString()
        .replace('T', ' ')
        .replace('.000Z', '+0200'),
    })),
  );
}
const read = (text: string) => deriveSpeeds(parseTrace(text, { fallback: 'lorry' }));

test('speed is distance divided by time; the first fix has none', () => {
  const { measurements, withoutSpeed } = read(trace([0, 0], [60, 1], [100, 2], [160, 2]));
  expect(measurements.map(({ speed }) => speed && Math.round(speed * 100) / 100)).toEqual([
    undefined,
    Math.round(NORTH_KM * 60 * 100) / 100,
    Math.round(NORTH_KM * 90 * 100) / 100,
    0,
  ]);
  expect(withoutSpeed).toEqual({ first: 1, timeNotLater: 0, implausible: 0 });
});

test('no speed where the time doesn’t increase, or where the receiver jumped', () => {
  const { measurements, withoutSpeed } = read(trace([0, 0], [0, 1], [-5, 1], [55, 2], [60, 3]));
  expect(measurements.map(({ speed }) => speed !== undefined)).toEqual([false, false, false, true, false]);
  expect(withoutSpeed).toEqual({ first: 1, timeNotLater: 2, implausible: 1 });
});

test('a trace of several vehicles gives each its own speeds', () => {
  const fixes = [
    { point: 'POINT(11.575 48.137)', time: '2014-09-10 06:54:00+0200', id: 'a' },
    { point: 'POINT(77.59 12.97)', time: '2014-09-10T04:54:30Z', id: 'b' },
    { point: 'POINT(11.575 48.147)', time: '2014-09-10T06:55:00+02:00', id: 'a' },
  ];
  const { measurements } = read(JSON.stringify(fixes));
  expect(measurements.map(({ vehicleId }) => vehicleId)).toEqual(['a', 'b', 'a']);
  expect(measurements[2]?.speed).toBeCloseTo(NORTH_KM * 60, 1);
});

test('the vehicle is the given one, otherwise the id, otherwise the fallback', () => {
  const withId = '[{"point":"POINT(1 2)","time":"2014-09-10T00:00:00Z","id":"a"}]';
  const withoutId = '[{"point":"POINT(1 2)","time":"2014-09-10T00:00:00Z"}]';
  const vehicleOf = (text: string, vehicle?: string) => parseTrace(text, { vehicle, fallback: 'file' })[0]?.vehicleId;
  expect(vehicleOf(withId, 'V9')).toBe('V9');
  expect(vehicleOf(withId)).toBe('a');
  expect(vehicleOf(withoutId)).toBe('file');
});

test.each([
  ['2014-09-10 06:54:07+0200', '2014-09-10T04:54:07.000Z'],
  ['2014-09-10 06:54:07.250-0330', '2014-09-10T10:24:07.250Z'],
  ['2014-09-10T06:54:07Z', '2014-09-10T06:54:07.000Z'],
  ['2014-09-10T06:54:07+05:30', '2014-09-10T01:24:07.000Z'],
  ['2014-09-10 06:54:07+02', '2014-09-10T04:54:07.000Z'],
])('time %s is %s', (time, expected) => {
  const [fix] = parseTrace(JSON.stringify([{ point: 'POINT(1 2)', time }]), { fallback: 'x' });
  expect(new Date(fix?.time ?? 0).toISOString()).toBe(expected);
});

const GOOD = { point: 'POINT(1 2)', time: '2014-09-10T00:00:00Z' };
test.each([
  ['not JSON', '[', 'the trace is not JSON'],
  ['an object', '{}', 'must be a JSON array'],
  ['no fixes', '[]', 'with one fix or more'],
  ['no point', JSON.stringify([GOOD, { time: GOOD.time }]), 'fix 1: point must be "POINT(lon lat)"'],
  ['a point off the earth', JSON.stringify([{ ...GOOD, point: 'POINT(2 91)' }]), 'fix 0: point'],
  ['a time without a zone', JSON.stringify([{ ...GOOD, time: '2014-09-10 06:54:07' }]), 'fix 0: time must have a zone'],
  ['no such time', JSON.stringify([{ ...GOOD, time: '2014-13-10 06:54:07Z' }]), 'fix 0: time'],
  ['null', '[null]', 'fix 0: point'],
])('rejects %s', (_, text, message) => {
  expect(() => parseTrace(text, { fallback: 'x' })).toThrow(message);
});

describe('replay', () => {
  const { measurements } = read(trace([0, 0], [60, 1], [50, 1], [120, 2]));
  const sentAt = START;

  test.each([1, 2, 60])(
    '%i times as fast: no event time is in the future, the last is now, and distances are kept',
    (speedup) => {
      const replayed = schedule(measurements, { start: sentAt, speedup, shift: true });
      expect(replayed.map(({ afterMs }) => afterMs * speedup)).toEqual([0, 60_000, 60_000, 120_000]);
      for (const { afterMs, measurement } of replayed) expect(measurement.time).toBeLessThanOrEqual(sentAt + afterMs);
      expect(replayed.at(-1)?.measurement.time).toBe(sentAt + 120_000 / speedup);
      const [first, second] = replayed.map(({ measurement }) => measurement.time);
      expect((second ?? 0) - (first ?? 0)).toBe(60_000);
    },
  );

  test('without a shift, event times are the recorded times', () => {
    const replayed = schedule(measurements, { start: sentAt, speedup: 10, shift: false });
    expect(replayed.map(({ measurement }) => measurement.time)).toEqual(measurements.map(({ time }) => time));
  });
});
