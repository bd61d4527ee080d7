import type { Message } from '#lib/kafka/message.ts';
import { batchOfRecords, KAFKA_TIME, type TestRecord, TRACE } from '#test/support/msk-event.ts';
import type { CurrentTrip } from './estimate.ts';
import { telemetry } from './telemetry.ts';

const thresholds = {
  SPEED_LIMIT_KMH: 80,
  LOW_FUEL_PERCENT: 15,
  TEMPERATURE_MIN_C: -10,
  TEMPERATURE_MAX_C: 40,
  DELAY_MINUTES: 15,
};
/** The example record of the requirements. */
const V123 = {
  vehicleId: 'V123',
  location: '12.97,77.59',
  speed: 85,
  fuelLevel: 50,
  timestamp: '2025-01-15T10:00:00Z',
};

async function run(records: TestRecord[], trip?: CurrentTrip) {
  const sent: Message[] = [];
  const producer = {
    send: async (_: string, messages: readonly Message[]) => {
      sent.push(...messages);
      return [];
    },
    close: async () => undefined,
  };
  const trips = { of: async (ids: readonly string[]) => new Map(trip ? ids.map((id) => [id, trip]) : []) };
  const work = telemetry({ producer, trips, thresholds, topics: { processed: 'processed', alerts: 'alerts' } });
  const failures = await work(batchOfRecords(records));
  const shown = sent.map(({ topic, key, value, headers }) => ({
    topic,
    key: key?.toString(),
    value: JSON.parse(String(value)),
    headers: Object.fromEntries(headers.map((header) => [header.name, String(header.value)])),
  }));
  return { sent: shown, codes: failures.map(({ record, error }) => [record.offset, error.code]) };
}

describe('telemetry', () => {
  test('a reading becomes a processed reading and, above 80 km/h, a Speeding alert', async () => {
    const { sent, codes } = await run([{ partition: 1, offset: 15, value: V123, headers: { traceparent: TRACE } }]);

    expect(codes).toEqual([]);
    expect(sent).toEqual([
      {
        topic: 'processed',
        key: 'V123',
        value: { ...V123, latitude: 12.97, longitude: 77.59 },
        headers: { source: 'raw-data-topic-1-15', traceparent: TRACE },
      },
      {
        topic: 'alerts',
        key: 'V123',
        value: { vehicleId: 'V123', alert: 'Speeding', speed: 85, timestamp: '2025-01-15T10:00:00Z' },
        headers: {
          source: 'raw-data-topic-1-15/Speeding',
          traceparent: TRACE,
          location: '12.97,77.59',
          threshold: '80',
        },
      },
    ]);
  });

  test.each([
    ['Speeding', { speed: 99 }, '80'],
    ['LowFuel', { speed: 1, fuelLevel: 3 }, '15'],
    ['Temperature', { speed: 1, temperature: -11 }, '-10'],
    ['Temperature', { speed: 1, temperature: 41 }, '40'],
  ])('headers of %s say which limit was passed', async (kind, fields, threshold) => {
    const { sent } = await run([{ value: { ...V123, ...fields } }]);

    expect(sent.find(({ value }) => value.alert === kind)?.headers).toMatchObject({ threshold });
  });

  test.each([
    ['speed at the limit', { speed: 80 }, []],
    ['speed above', { speed: 80.1 }, ['Speeding']],
    ['no speed', { speed: undefined }, []],
    ['fuel at the limit', { speed: 1, fuelLevel: 15 }, []],
    ['fuel below', { speed: 1, fuelLevel: 14.9 }, ['LowFuel']],
    ['cold', { speed: 1, temperature: -10.1 }, ['Temperature']],
    ['hot', { speed: 1, temperature: 40.1 }, ['Temperature']],
    ['within', { speed: 1, temperature: 40 }, []],
    ['all at once', { speed: 99, fuelLevel: 0, temperature: 99 }, ['Speeding', 'LowFuel', 'Temperature']],
  ])('alerts: %s', async (_, fields, kinds) => {
    const { sent } = await run([{ value: { ...V123, ...fields } }]);

    expect(sent.filter(({ topic }) => topic === 'alerts').map(({ value }) => value.alert)).toEqual(kinds);
  });

  test('with a trip, a reading has remaining distance and arrival, and raises Delay above the threshold', async () => {
    const trip = {
      tripId: 'T1',
      destination: { latitude: 13.97, longitude: 77.59 },
      plannedArrival: '2025-01-15T11:00:00Z',
    };

    const { sent } = await run([{ value: { ...V123, speed: 50 } }], trip);

    expect(sent[0]?.value).toMatchObject({
      distanceRemainingKm: 111.195,
      estimatedArrival: '2025-01-15T12:13:26.045Z',
    });
    expect(sent[1]?.value).toEqual({
      vehicleId: 'V123',
      alert: 'Delay',
      tripId: 'T1',
      estimatedArrival: '2025-01-15T12:13:26.045Z',
      plannedArrival: '2025-01-15T11:00:00Z',
      timestamp: '2025-01-15T10:00:00Z',
    });
    expect(sent[1]?.headers).toMatchObject({ tripId: 'T1', threshold: '15' });
    const onTime = await run([{ value: { ...V123, speed: 50 } }], { ...trip, plannedArrival: '2025-01-15T11:58:27Z' });
    expect(onTime.sent).toHaveLength(1);
  });

  test.each([
    ['a full double', { location: '51.5073509,-5e-7' }, { latitude: 51.5073509, longitude: -5e-7 }],
    ['spaces', { location: ' 12.97 , 77.59 ' }, { latitude: 12.97, longitude: 77.59 }],
    [
      'numbers that are too small for DynamoDB',
      { location: '1e-200,-1e-131', speed: 1e-140 },
      { latitude: 0, longitude: 0, speed: 0 },
    ],
    ['an ISO 8601 basic offset', { timestamp: '2025-01-15T15:30:00+0530' }, { timestamp: '2025-01-15T10:00:00.000Z' }],
    ['nanoseconds', { timestamp: '2025-01-15T10:00:00.123456789Z' }, { timestamp: '2025-01-15T10:00:00.123Z' }],
  ])('%s: every store can hold the produced value', async (_, fields, expected) => {
    const { sent, codes } = await run([{ value: { ...V123, ...fields } }]);

    expect(codes).toEqual([]);
    expect(sent[0]?.value).toMatchObject(expected);
    for (const { value } of sent) expect(value.timestamp).toBe(sent[0]?.value.timestamp);
  });

  test.each([
    ['null', { speed: null, fuelLevel: null, temperature: null }],
    ['empty', { speed: '', fuelLevel: '', temperature: '' }],
    ['absent', { speed: undefined, fuelLevel: undefined }],
    ['-1, which phones send for unknown', { speed: -1, fuelLevel: -1 }],
  ])('a measurement that is %s counts as missing, and the reading is valid', async (_, fields) => {
    const { sent, codes } = await run([{ value: { ...V123, ...fields } }]);

    expect(codes).toEqual([]);
    const { speed: _s, fuelLevel: _f, ...rest } = V123;
    expect(sent.map(({ value }) => value)).toEqual([{ ...rest, latitude: 12.97, longitude: 77.59 }]);
  });

  test('-1 °C is a temperature', async () => {
    const { sent } = await run([{ value: { ...V123, temperature: -1 } }]);

    expect(sent[0]?.value).toMatchObject({ temperature: -1 });
  });

  test.each([-1, 0])('without a Kafka timestamp (%d), any event time is accepted', async (timestamp) => {
    const { sent, codes } = await run([{ timestamp, value: V123 }]);

    expect(codes).toEqual([]);
    expect(sent[0]?.value.timestamp).toBe(V123.timestamp);
  });

  const json = JSON.stringify(V123);
  test.each<[string, TestRecord['value'], string]>([
    ['null value', null, 'NULL_VALUE'],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'NOT_UTF8'],
    ['no JSON', '{"vehicleId":', 'NOT_JSON'],
    ['JSON that is not an object', '[1]', 'NOT_AN_OBJECT'],
    ['JSON null', 'null', 'NOT_AN_OBJECT'],
    ['missing vehicleId', { ...V123, vehicleId: undefined }, 'SCHEMA'],
    ['empty vehicleId', { ...V123, vehicleId: '' }, 'SCHEMA'],
    ['U+0000 in vehicleId', { ...V123, vehicleId: 'V\u0000' }, 'SCHEMA'],
    ['lone surrogate in vehicleId', json.replace('V123', '\\ud800'), 'SCHEMA'],
    ['location off Earth', { ...V123, location: '91,181' }, 'LOCATION'],
    ['location of one number', { ...V123, location: '12.97' }, 'LOCATION'],
    ['speed in words', { ...V123, speed: 'fast' }, 'SCHEMA'],
    ['a speed below 0 other than -1', { ...V123, speed: -2 }, 'SCHEMA'],
    ['a time in the year 0', { ...V123, timestamp: '0000-06-01T00:00:00Z' }, 'SCHEMA'],
    ['speed of 1e400', json.replace('85', '1e400'), 'SCHEMA'],
    ['a 1 MB value', json.replace('{', `{${' '.repeat(1_000_000)}`), 'TOO_LARGE'],
    ['__proto__ keys', `{"__proto__":${json}}`, 'SCHEMA'],
    ['time without a zone', { ...V123, timestamp: '2025-01-15T10:00:00' }, 'SCHEMA'],
    ['a clock ahead by more than 5 min', { ...V123, timestamp: '2026-01-01T00:05:01Z' }, 'FUTURE_TIMESTAMP'],
  ])('%s is a permanent error, and the rest of the batch is processed', async (_, value, code) => {
    const { sent, codes } = await run([{ value }, { value: { ...V123, speed: 1 } }]);

    expect(codes).toEqual([[0, code]]);
    expect(sent.map(({ headers }) => headers['source'])).toEqual(['raw-data-topic-0-1']);
    expect(({} as { vehicleId?: string }).vehicleId).toBeUndefined();
  });

  test('the message of a failure names the field, never its value', async () => {
    const trips = { of: async () => new Map() };
    const producer = { send: async () => [], close: async () => undefined };
    const work = telemetry({ producer, trips, thresholds, topics: { processed: 'p', alerts: 'a' } });

    const failures = await work(
      batchOfRecords([
        { value: { ...V123, speed: 'tell nobody', location: 'my home' } },
        { value: { ...V123, location: 'my home' } },
      ]),
    );

    expect(failures.map(({ error }) => error.message)).toEqual([
      'speed: Invalid input: expected number, received string',
      'location: not "lat,lon" within ±90 and ±180 degrees',
    ]);
  });

  test('an event time 5 min after the Kafka timestamp is accepted', async () => {
    const { codes } = await run([{ timestamp: KAFKA_TIME, value: { ...V123, timestamp: '2026-01-01T00:05:00Z' } }]);

    expect(codes).toEqual([]);
  });
});
