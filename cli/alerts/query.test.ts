import { boxOf, kindOf, momentOf, queryOf } from './query.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

test.each([
  ['90s', '2026-11-21T11:58:30.000Z'],
  ['15m', '2026-11-21T11:45:00.000Z'],
  ['1.5h', '2026-11-21T10:30:00.000Z'],
  ['7d', '2026-11-14T12:00:00.000Z'],
  ['2026-11-20T00:00:00Z', '2026-11-20T00:00:00.000Z'],
])('--since %s is read', (text, time) => {
  expect(new Date(momentOf(text, now)).toISOString()).toBe(time);
});

test.each(['', 'yesterday', '1w', '12', '-1h'])('--since "%s" is refused', (text) => {
  expect(() => momentOf(text, now)).toThrow('--since takes');
});

test.each(['1,2,3', '1,2,3,x', '2,0,1,0', '-91,0,0,0', ',,,', '0,0,0,181'])('--box "%s" is refused', (text) => {
  expect(() => boxOf(text)).toThrow('--box takes');
});

test.each(['', 'Speedin', 'speeding'])('--kind "%s" is refused', (text) => {
  expect(() => kindOf(text)).toThrow('--kind takes Speeding, ');
  expect(kindOf('Speeding')).toBe('Speeding');
});

test('the query has every filter that was given', () => {
  expect(queryOf({ vehicle: 'V1', kind: 'Speeding', since: now, box: boxOf('12,77,13,78') })).toEqual({
    bool: {
      filter: [
        { range: { eventTime: { gte: '2026-11-21T12:00:00.000Z' } } },
        { term: { vehicleId: 'V1' } },
        { term: { alert: 'Speeding' } },
        { geo_bounding_box: { location: { top_left: { lat: 13, lon: 77 }, bottom_right: { lat: 12, lon: 78 } } } },
      ],
    },
  });
});
