import type { Redrive, StoredRecord, Way, WayStep } from '../../../contract.ts';

/** A reading's way: to two topics and four stores. @param steps how many are known already */
export function way(source: string, steps = Number.POSITIVE_INFINITY): Way {
  const at = Date.now() - 4_000;
  const step = (
    kind: WayStep['kind'],
    name: string,
    from: number | null,
    to: number | null,
    parent: number | null,
    detail = '',
  ): WayStep => ({
    kind,
    name,
    from: from === null ? null : at + from,
    to: to === null ? null : at + to,
    parent,
    detail,
    state: 'done',
  });
  const all = [
    step('topic', source, 0, 0, null, 'key V123, 118 bytes'),
    step('function', 'processTelemetry', 4, 11, 0, 'a batch of 38 records'),
    step('topic', 'processed-data-topic-2-1412', 11, 11, 1),
    step('topic', 'alerts-topic-2-463', 11, 11, 1, 'Speeding'),
    step('function', 'upsertIntoDynamodb', 14, 41, 2),
    step('store', 'DynamoDB vehicles', 18, 40, 4, 'V123'),
    step('function', 'insertIntoRds', 14, 27, 2),
    step('store', 'PostgreSQL readings', 16, 26, 6),
    step('store', 'S3 raw-data-topic', 30, 118, 0, 'line 17'),
    step('store', 'OpenSearch alerts', null, null, 3),
  ];
  return {
    source,
    trace: '4bf92f3577b34da6a3ce929d0e0e4736',
    steps: all.slice(0, steps),
    isComplete: steps >= all.length,
  };
}

export function record(topic: string, partition: number, offset: string, reveal: boolean): StoredRecord {
  const value = JSON.stringify({ user_id: 'U1', ip: reveal ? '203.0.113.7' : '203.0.113.•', device_type: 'ios' });
  return { topic, partition, offset, time: Date.now(), key: 'U1', value, headers: {} };
}

/** A vehicle's track: a line to the north east. */
export function track(): { items: { latitude: number; longitude: number }[] } {
  return {
    items: Array.from({ length: 60 }, (_, index) => ({ latitude: 48 + index * 0.05, longitude: 11 + index * 0.04 })),
  };
}

/** A dry run of a redrive. */
export const planned: Redrive = {
  id: '1795920607446-54b0c3',
  topic: 'orders-dlq',
  groups: [{ topic: 'orders', function: 'processOrder', code: 'UNKNOWN_PRODUCT', records: 1_200 }],
  total: 1_200,
  superseded: 3,
  state: 'planned',
  sent: 0,
  refused: [{ why: 'it was redriven 3 times (--force)', records: 2, letters: ['orders-dlq-0-17'] }],
  problem: null,
};
