import { Live } from './live.ts';
import { record } from './record.fixture.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const MINUTE = 60_000;

function started() {
  let now = 0;
  const live = new Live(() => now);
  const take = (topic: string, ...args: Parameters<typeof record> extends [string, ...infer R] ? R : never) =>
    live.topics[topic]?.take(record(topic, ...args));
  return { live, take, at: (ms: number) => (now = ms) };
}
const reading = (vehicleId: string, time: number, more: object = {}) => ({
  vehicleId,
  latitude: 1,
  longitude: 2,
  speed: 3,
  timestamp: iso(time),
  ...more,
});
const source = (text: string) => ({ headers: { source: text } });

describe('vehicles', () => {
  test('only those that changed since the last question are told', () => {
    const { live, take } = started();
    take('processed-data-topic', reading('V1', 1_000), source('raw-data-topic-0-1'));
    take('processed-data-topic', reading('V2', 1_000));
    live.changes();

    take('processed-data-topic', reading('V2', 2_000, { speed: undefined }), source('raw-data-topic-0-3'));

    expect(live.changes().vehicles).toEqual({
      changed: [['V2', 1, 2, null, null, 2_000, 'raw-data-topic-0-3']],
      removed: [],
    });
    expect(live.changes()).toEqual({});
    expect(live.state().vehicles.map(([id]) => id)).toEqual(['V1', 'V2']);
  });

  test('an older reading that comes later changes nothing', () => {
    const { live, take } = started();

    for (const time of [5_000, 4_000]) take('processed-data-topic', reading('V1', time));

    expect(live.state().vehicles).toEqual([['V1', 1, 2, 3, null, 5_000, '']]);
  });

  test('a vehicle has the colour of its latest alert for a minute', () => {
    const { live, take, at } = started();
    const alert = (kind: string, timestamp: number) =>
      take('alerts-topic', { vehicleId: 'V1', alert: kind, timestamp: iso(0) }, { timestamp });
    const colour = () => live.changes().vehicles?.changed[0]?.[4];
    take('processed-data-topic', reading('V1', 0));

    alert('Speeding', 0);
    expect(colour()).toBe('Speeding');
    at(30_000);
    // By the broker's clock, which is ahead.
    alert('LowFuel', 45_000);
    expect(colour()).toBe('LowFuel');
    at(89_999);
    expect(colour()).toBeUndefined();
    at(90_000);
    expect(colour()).toBeNull();
    // Written before the page was opened.
    alert('Overheating', 30_000);
    expect(colour()).toBeNull();
  });

  test('of more than 10,000 vehicles, the one that has been silent for the longest is removed', () => {
    const { live, take } = started();
    for (let i = 0; i < 10_000; i++) take('processed-data-topic', reading(`V${i}`, 0));
    take('processed-data-topic', reading('V0', 1));
    live.changes();

    take('processed-data-topic', reading('V10000', 0));

    expect(live.changes().vehicles?.removed).toEqual(['V1']);
    expect(live.state().vehicles).toHaveLength(10_000);
  });

  test.each([null, 'no JSON', '[1]', { vehicleId: 'V1' }, reading('V1', 0, { latitude: 'north' })])(
    'the value %j is ignored',
    (value) => {
      const { live, take } = started();

      for (const topic of Object.keys(live.topics)) take(topic, value);

      expect(live.state()).toMatchObject({ vehicles: [], alerts: [], windows: [] });
    },
  );
});

test('an alert has its place and limit, and the newest one comes first', () => {
  const { live, take } = started();
  const alert = { vehicleId: 'V1', alert: 'Speeding', speed: 85, timestamp: iso(1_000) };
  take('alerts-topic', alert, { headers: { source: 'raw-data-topic-0-1/Speeding' } });
  take('alerts-topic', alert, {
    headers: { source: 'raw-data-topic-0-2/Speeding', location: '12.97,-77.59', threshold: '80' },
  });

  const { items } = live.changes().alerts ?? { items: [] };

  expect(items).toEqual([
    {
      source: 'raw-data-topic-0-2/Speeding',
      kind: 'Speeding',
      vehicle: 'V1',
      time: 1_000,
      latitude: 12.97,
      longitude: -77.59,
      message: 'speed 85, limit 80',
    },
    expect.objectContaining({ source: 'raw-data-topic-0-1/Speeding', latitude: null, longitude: null }),
  ]);
});

test('the latest 1,000 alerts are kept, however many came', () => {
  const { live, take } = started();

  for (let i = 0; i < 2_500; i++)
    take('alerts-topic', { vehicleId: `V${i}`, alert: 'LowFuel', timestamp: iso(i) }, { offset: i });

  const { alerts } = live.state();
  expect([alerts.length, alerts[0]?.vehicle, alerts.at(-1)?.vehicle]).toEqual([1_000, 'V2499', 'V1500']);
  expect(live.changes().alerts?.items).toHaveLength(1_000);
});

describe('windows', () => {
  const order = (time: number, amount: number, product = 'P1') => ({
    product_id: product,
    amount,
    timestamp: iso(time),
  });
  const result = (count: number, revenue: number) => ({
    window_start: 60,
    product_id: 'P1',
    order_count: count,
    total_revenue: revenue,
  });
  const states = (live: Live) => live.state().windows.map(({ state, orders, revenue }) => [state, orders, revenue]);

  test('a window is open, then closing, then closed with its exact result, then corrected', () => {
    const { live, take } = started();
    for (let i = 0; i < 3; i++) take('processed-orders', order(MINUTE, 0.1));
    expect(states(live)).toEqual([['open', 3, 0.3]]);

    take('processed-orders', order(2 * MINUTE, 5, 'P2'));
    live.changes();
    expect(states(live)).toEqual([
      ['closing', 3, 0.3],
      ['open', 1, 5],
    ]);

    take('product-metrics', result(4, 0.4));
    expect(states(live)[0]).toEqual(['closed', 4, 0.4]);

    take('product-metrics', result(5, 0.5));
    expect(states(live)[0]).toEqual(['corrected', 5, 0.5]);
  });

  test('a result that comes again, or a smaller one, changes nothing; nor does an order after the result', () => {
    const { live, take } = started();
    take('product-metrics', result(5, 0.5));

    for (const count of [5, 4]) take('product-metrics', result(count, 9));
    take('processed-orders', order(MINUTE, 1));

    expect(states(live)).toEqual([['closed', 5, 0.5]]);
  });

  test('a late order is counted beside its window', () => {
    const { live } = started();
    const letter = (code: string) =>
      live.deadLetter(record('orders-dlq', order(MINUTE, 1), { headers: { '__lambda.errors.exception': code } }));

    letter('LATE');
    letter('UNKNOWN_PRODUCT');

    expect(live.state().windows).toEqual([expect.objectContaining({ start: MINUTE, late: 1, orders: 0 })]);
  });

  test('windows of the last hour are kept', () => {
    const { live, take } = started();
    take('processed-orders', order(0, 1));
    take('processed-orders', order(62 * MINUTE, 1));

    live.changes();

    expect(live.state().windows.map(({ start }) => start)).toEqual([62 * MINUTE]);
  });
});

test('logins are counted by fields that are not personal, with a bound on their values', () => {
  const { live, take } = started();
  for (let i = 0; i < 60; i++)
    take('user-login-processed', { user_id: `u${i}`, ip: '1.2.3.4', device_type: 'ios', app_version: `1.${i}` });

  const { logins } = live.changes();

  expect(logins?.deviceType).toEqual({ ios: 60 });
  expect(logins?.locale).toEqual({ unknown: 60 });
  expect(Object.keys(logins?.appVersion ?? {})).toHaveLength(51);
  expect(logins?.appVersion['other']).toBe(10);
  expect(JSON.stringify(logins)).not.toMatch(/u1|1\.2\.3\.4/);
});

test('a dead letter says where its record lay and why it was refused', () => {
  const { live } = started();
  const errors = {
    topic: 'orders',
    partition: '2',
    offset: '17',
    function: 'processOrder',
    exception: 'SCHEMA',
    message: 'amount: too small',
  };
  const headers = Object.fromEntries(Object.entries(errors).map(([name, value]) => [`__lambda.errors.${name}`, value]));
  live.deadLetter(record('orders-dlq', '{', { offset: 3, headers: { user_id: 'u-17', ...headers } }));
  live.deadLetter(record('orders-dlq', 'not a dead letter'));

  expect(live.changes().deadLetters).toEqual({
    byCause: { SCHEMA: 1 },
    items: [
      {
        topic: 'orders-dlq',
        partition: 0,
        offset: '3',
        time: 1_000,
        code: 'SCHEMA',
        reason: 'amount: too small',
        function: 'processOrder',
        origin: 'orders-2-17',
        headers: { user_id: '•••', ...headers },
      },
    ],
  });
});

test('the latest 200 dead letters are kept, and all are counted', () => {
  const { live } = started();

  for (let offset = 0; offset < 500; offset++)
    live.deadLetter(record('orders-dlq', '', { offset, headers: { '__lambda.errors.exception': 'SCHEMA' } }));

  const { items, byCause } = live.state().deadLetters;
  expect([items.length, items[0]?.offset, byCause]).toEqual([200, '499', { SCHEMA: 500 }]);
});
