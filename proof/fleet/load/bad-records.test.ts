import { BAD_RECORDS } from './bad-records.ts';

const TIME = Date.parse('2026-01-15T10:00:00Z');
const READING = { vehicleId: 'V001', location: '12.97,77.59', speed: 85, timestamp: '2026-01-15T10:00:00.000Z' };

const make = (cause: string) => {
  const found = BAD_RECORDS.find((record) => record.cause === cause);
  if (!found) throw new Error(`no cause ${cause}`);
  return found.value(READING, TIME);
};
const parsed = (cause: string) => JSON.parse(String(make(cause)));
const isUtf8 = (value: Buffer) => value.equals(Buffer.from(value.toString('utf8')));

describe('each bad record is bad in the way that its cause says, and in no other way', () => {
  test('null value', () => expect(make('null value')).toBeNull());

  test('only "invalid UTF-8" is invalid UTF-8, and it is JSON otherwise', () => {
    const invalid = BAD_RECORDS.filter((record) => !isUtf8(record.value(READING, TIME) ?? Buffer.alloc(0)));
    expect(invalid.map(({ cause }) => cause)).toEqual(['invalid UTF-8']);
    expect(parsed('invalid UTF-8')).toMatchObject({ location: '12.97,77.59' });
  });

  test('only "not JSON" isn’t JSON', () => {
    const broken = BAD_RECORDS.filter((record) => {
      try {
        JSON.parse(String(record.value(READING, TIME)));
        return false;
      } catch {
        return true;
      }
    });
    expect(broken.map(({ cause }) => cause)).toEqual(['not JSON']);
  });

  test('JSON, but not an object', () => {
    expect(parsed('JSON array')).toEqual([READING]);
    expect(parsed('JSON null')).toBeNull();
  });

  test('one field is wrong', () => {
    const { vehicleId: _vehicleId, ...withoutId } = READING;
    expect(parsed('vehicleId missing')).toEqual(withoutId);
    expect(parsed('location out of range')).toEqual({ ...READING, location: '91,181' });
    expect(parsed('speed in words')).toEqual({ ...READING, speed: 'fast' });
    expect(parsed('timestamp in the future').timestamp).toBe('2026-01-15T10:10:00.000Z');
    expect(parsed('lone surrogate in vehicleId').vehicleId).toBe('V001\ud800');
    expect(parsed('U+0000 in vehicleId').vehicleId).toBe('V001\u0000');
  });

  test('the only vehicleId is below the key __proto__ of the text', () => {
    const value = parsed('__proto__ keys');
    expect(Object.keys(value)).toEqual(['__proto__', 'location', 'speed', 'timestamp']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.vehicleId).toBeUndefined();
  });

  test('the large value has 1,000,000 bytes', () => expect(make('1 MB value')?.length).toBe(1_000_000));
});
