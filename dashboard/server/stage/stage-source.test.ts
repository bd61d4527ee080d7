import { setTimeout as sleep } from 'node:timers/promises';
import type { Source } from '../source.ts';
import type { AskApi } from './api.ts';
import { stageSource } from './stage-source.ts';

const NOW = Date.parse('2026-01-01T12:00:30Z');
const partition = (own: number, committed: number | null, end: number) => ({
  partition: own,
  committed,
  end,
  lag: committed === null ? null : end - committed,
  lagSeconds: committed === null ? null : 3,
});
const mapping = { function: 'processOrder', topic: 'orders', group: 'processOrder-orders-v1' };
const alert = {
  source: 'raw-data-topic-0-1/Speeding',
  vehicleId: 'V1',
  alert: 'Speeding',
  eventTime: '2026-01-01T12:00:00Z',
  detail: { speed: 85 },
  latitude: 1,
  longitude: null,
};

const answers: Record<string, object> = {
  '/pipeline': {
    mappings: [{ ...mapping, lag: 5, lagSeconds: 3, partitions: [partition(0, 10, 15), partition(1, 7, 7)] }],
    topics: [{ topic: 'orders', end: 22, perSecond: 1.5 }],
    deadLettersByCause: [
      { function: 'processOrder', code: 'SCHEMA', records: 2 },
      { function: 'insertIntoRds', code: 'SCHEMA', records: 3 },
    ],
  },
  '/alerts': { items: [alert] },
  '/vehicles': {
    items: [
      { vehicleId: 'V1', latitude: 1, longitude: 2, eventTime: '2026-01-01T12:00:00Z', source: 'raw-data-topic-0-1' },
    ],
    next: 'c',
  },
  '/vehicles c': {
    items: [{ vehicleId: 'V2', latitude: 3, longitude: 4, speed: 5, eventTime: '2026-01-01T12:00:00Z', source: 's' }],
  },
  '/product-metrics': {
    items: [{ windowStart: '2026-01-01T11:59:00Z', productId: 'P1', orderCount: 2, totalRevenue: 9.5 }],
  },
  '/logins': { items: [{ value: 'a', logins: 4 }], others: 1 },
};

let isDown = false;
let asked: string[] = [];
const ask: AskApi = async (path) => {
  asked.push(path);
  const { pathname, searchParams } = new URL(path, 'http://api');
  const cursor = searchParams.get('cursor');
  const body = JSON.stringify(isDown ? { error: 'no' } : answers[cursor === null ? pathname : `${pathname} ${cursor}`]);
  return { status: isDown ? 503 : 200, type: 'application/json', body };
};

let source: Source;
beforeEach(() => {
  isDown = false;
  asked = [];
  source = stageSource({ stage: 'dev', graph: { nodes: [], edges: [] }, ask, now: () => NOW });
});
afterEach(() => source.stop());

test('a page sees what the API tells', async () => {
  source.watched(1);
  await sleep(20);

  expect(source.state()).toMatchObject({
    mode: 'stage',
    stage: 'dev',
    samples: [],
    flow: {
      mappings: [{ id: 'processOrder orders', lag: 5, lagSeconds: 3, perSecond: null, clearedIn: null }],
      topics: [{ topic: 'orders', end: 22, perSecond: 1.5 }],
      servers: [{ name: 'api', up: true, since: NOW }],
    },
    alerts: [{ vehicle: 'V1', kind: 'Speeding', message: 'speed 85', longitude: null }],
    windows: [{ product: 'P1', state: 'closed', orders: 2, revenue: 9.5 }],
    logins: { deviceType: { a: 4, other: 1 } },
    deadLetters: { byCause: { SCHEMA: 5 }, items: [] },
  });
  expect(source.state().vehicles).toEqual([
    ['V1', 1, 2, null, 'Speeding', NOW - 30_000, 'raw-data-topic-0-1'],
    ['V2', 3, 4, 5, null, NOW - 30_000, 's'],
  ]);
});

test('the same answer again is no change', async () => {
  source.watched(1);
  await sleep(20);
  source.changes();

  await sleep(2_100);

  const { flow, deadLetters, ...others } = source.changes();
  expect(asked.filter((path) => path === '/pipeline')).toHaveLength(2);
  expect([flow, deadLetters]).not.toContain(undefined);
  expect(others).toEqual({});
});

test('without a page, nothing is asked', async () => {
  await sleep(20);
  expect(asked).toEqual([]);

  source.watched(1);
  await sleep(20);
  source.watched(0);
  asked = [];
  await sleep(2_100);

  expect(asked).toEqual([]);
});

test('while the API does not answer, nothing is known, and the page sees why', async () => {
  source.watched(1);
  await sleep(20);
  isDown = true;
  await sleep(2_100);

  expect(source.changes().flow).toMatchObject({
    mappings: [{ lag: null, lagSeconds: null, partitions: [] }],
    topics: [{ topic: 'orders', perSecond: null, end: null }],
    servers: [{ name: 'api', up: false }],
  });
});

test("a stage's records can't be read or sent", async () => {
  const place = { topic: 'orders', partition: 0, offset: 0 };

  expect(() => source.tail('orders')).toThrow(/can't be read/);
  await expect(source.way(place)).rejects.toMatchObject({ status: 501 });
  await expect(source.record(place, true)).rejects.toMatchObject({ status: 501 });
  await expect(source.send({ topic: 'orders', key: null, value: '' })).rejects.toMatchObject({ status: 501 });
  expect(asked).toEqual([]);
});
