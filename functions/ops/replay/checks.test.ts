import { readFileSync } from 'node:fs';
import { type Checked, lateOnes, obstacles, unevenOnes } from './checks.ts';
import { COUNTED } from './windows.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);

const checked = (more: Partial<Checked>): Checked => ({
  ...{ topic: 'orders', configs: new Map(), oldest: NOW - 10 * DAY, newest: NOW, now: NOW, windows: undefined },
  ...more,
});
const configs = (entries: Record<string, string>) => ({ configs: new Map(Object.entries(entries)) });

test('records that the topic would delete again are an obstacle', () => {
  expect(obstacles(checked(configs({ 'retention.ms': String(3 * DAY) })))).toEqual([
    'orders keeps records for 3.0 days, and the oldest one to replay is of 2026-05-22T00:00:00.000Z: ' +
      'Kafka would delete it again within minutes. Raise its retention.ms first',
  ]);
  expect(obstacles(checked(configs({ 'retention.ms': String(20 * DAY) })))).toEqual([]);
  expect(obstacles(checked(configs({ 'retention.ms': '-1' })))).toEqual([]);
  expect(obstacles(checked(configs({ 'retention.ms': String(3 * DAY), 'cleanup.policy': 'compact' })))).toEqual([]);
});

test('a topic that gives its own timestamps is an obstacle', () => {
  expect(obstacles(checked(configs({ 'message.timestamp.type': 'LogAppendTime' })))).toHaveLength(1);
});

test('orders that are older than the windows allow are named, before any is produced', () => {
  const windows = { streamTime: NOW, allowedMs: DAY };

  expect(lateOnes(checked({ windows }))).toMatch(
    /^the windows have counted orders up to 2026-06-01T00:00:00.000Z, so /,
  );
  expect(lateOnes(checked({ windows, oldest: NOW - DAY }))).toBeUndefined();
  expect(lateOnes(checked({ windows: { ...windows, streamTime: Number.NEGATIVE_INFINITY } }))).toBeUndefined();
  expect(lateOnes(checked({}))).toBeUndefined();
});

test('without a group to wait for, orders may span the allowed lateness, and the message says which one is enough', () => {
  const windows = { streamTime: Number.NEGATIVE_INFINITY, allowedMs: DAY };

  expect(unevenOnes(checked({ windows }))).toMatch('allowedLatenessSeconds of at least 864000');
  expect(unevenOnes(checked({ windows, oldest: NOW - DAY }))).toBeUndefined();
  expect(unevenOnes(checked({ windows, topic: 'processed-orders' }))).toBeUndefined();
});

test('the group that a replay of orders waits for is that of processOrder', () => {
  const functions = readFileSync(new URL('../../orders/functions.yml', import.meta.url), 'utf8');

  expect(functions).toContain(`consumerGroupId: ${COUNTED['orders']?.pacedBy}\n`);
  expect(functions).toMatch(/ALLOWED_LATENESS_SECONDS: .*, '86400'}\n/);
});
