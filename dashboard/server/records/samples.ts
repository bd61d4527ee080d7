import type { Sample } from '../../contract.ts';

interface Row {
  topic: string;
  title: string;
  isBad?: true;
  key: string;
  /** @param now ISO 8601, UTC */
  value: (now: string) => string;
}

const json = (value: object) => JSON.stringify(value);
const reading = (now: string) => ({
  vehicleId: 'V123',
  location: '12.97,77.59',
  speed: 85,
  fuelLevel: 50,
  timestamp: now,
});
const order = (now: string) => ({
  order_id: 'ord-1001',
  user_id: 'user-42',
  product_id: 'P001',
  amount: 29.99,
  timestamp: now,
});
const login = (now: string) => ({
  user_id: '123',
  app_version: '1.0.0',
  ip: '162.255.195.202',
  locale: 'NE',
  device_id: '0bcbfec0-02c4-496c-99ac-35d0cc750f6b',
  timestamp: Math.floor(Date.parse(now) / 1000),
  device_type: 'android',
});
const trip = (now: string) => ({
  vehicleId: 'V123',
  tripId: 'T-1',
  destination: '13.08,80.27',
  plannedArrival: new Date(Date.parse(now) + 5 * 3_600_000).toISOString(),
});

/** The samples, each topic's good ones first. The times are of now: an older reading wouldn't move its vehicle. */
const ROWS: readonly Row[] = [
  { topic: 'raw-data-topic', title: 'a reading of V123', key: 'V123', value: (now) => json(reading(now)) },
  {
    topic: 'raw-data-topic',
    title: 'a reading with little fuel',
    key: 'V123',
    value: (now) => json({ ...reading(now), speed: 60, fuelLevel: 9.5 }),
  },
  {
    topic: 'raw-data-topic',
    title: 'a reading from beyond the pole',
    isBad: true,
    key: 'V123',
    value: (now) => json({ ...reading(now), location: '91,181' }),
  },
  { topic: 'trips-topic', title: 'a trip of V123 to Chennai', key: 'V123', value: (now) => json(trip(now)) },
  {
    topic: 'trips-topic',
    title: 'a trip without a destination',
    isBad: true,
    key: 'V123',
    value: (now) => json({ ...trip(now), destination: undefined }),
  },
  { topic: 'orders', title: 'an order of a wireless mouse', key: 'ord-1001', value: (now) => json(order(now)) },
  {
    topic: 'orders',
    title: "an order of a product that isn't in the catalogue",
    isBad: true,
    key: 'ord-1001',
    value: (now) => json({ ...order(now), product_id: 'P999' }),
  },
  {
    topic: 'orders',
    title: 'an order of yesterday, which is late',
    isBad: true,
    key: 'ord-1001',
    value: (now) => json(order(new Date(Date.parse(now) - 25 * 3_600_000).toISOString())),
  },
  { topic: 'user-login', title: 'a login', key: '123', value: (now) => json(login(now)) },
  {
    topic: 'user-login',
    title: 'a login from an address that is none',
    isBad: true,
    key: '123',
    value: (now) => json({ ...login(now), ip: '1.2.3.4.5' }),
  },
  { topic: 'demo_topic', title: 'any text', key: 'demo', value: () => 'hello' },
];

/** The samples of the topics that this run has. @param now ms since the epoch */
export function samplesOf(topics: readonly string[], now: number): Sample[] {
  const time = new Date(now).toISOString();
  return ROWS.filter(({ topic }) => topics.includes(topic)).map(({ topic, title, isBad = false, key, value }) => ({
    topic,
    title,
    isBad,
    key,
    value: value(time),
  }));
}
