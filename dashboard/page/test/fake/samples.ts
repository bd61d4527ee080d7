import type { Sample } from '../../../contract.ts';

export function samples(): Sample[] {
  const reading = {
    vehicleId: 'V123',
    location: '12.97,77.59',
    speed: 85,
    fuelLevel: 50,
    timestamp: '2025-01-15T10:00:00Z',
  };
  const order = {
    order_id: 'O1',
    user_id: 'U1',
    product_id: 'P001',
    quantity: 2,
    price: 19.9,
    order_time: '2025-01-15T10:00:00Z',
  };
  const sample = (
    topic: string,
    title: string,
    isBad: boolean,
    key: string | null,
    value: object | string,
  ): Sample => ({
    topic,
    title,
    isBad,
    key,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  });
  return [
    sample('raw-data-topic', 'a reading of V123 at 85 km/h', false, 'V123', reading),
    sample('raw-data-topic', 'a reading without a vehicle', true, null, { ...reading, vehicleId: undefined }),
    sample('orders', 'an order of two', false, 'U1', order),
    sample('orders', 'an order of a product that isn’t in the catalogue', true, 'U1', { ...order, product_id: 'P999' }),
    sample('demo_topic', 'a line of text', false, null, 'hello'),
  ];
}
