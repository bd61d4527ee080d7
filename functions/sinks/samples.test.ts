import { readdirSync, readFileSync } from 'node:fs';
import type { MskEvent } from '#lib/kafka/event.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import { partitionsOf } from '#lib/kafka/records.ts';
import { entities } from './dynamodb/items.ts';
import { documentOf } from './opensearch/document.ts';
import { alertsTemplate } from './opensearch/template.ts';
import { tables } from './rds/rows.ts';
import { routeOf, routes } from './routes.ts';

const folder = new URL('../../events/', import.meta.url);
const samples = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, event: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Partial<MskEvent> }))
  .filter(({ event }) => event.records)
  .map(({ file, event }) => ({ file, partitions: partitionsOf(event as MskEvent) }));

const clock = { now: 0, tombstoneDays: 30, loginDays: 365 };

/** No topic has that many partitions: an invocation by hand must not collide with records of a running stack. */
const FIRST_SAMPLE_PARTITION = 9;

test.each(samples)('$file is an event of one mapping, from partitions that no topic has', ({ partitions }) => {
  const topics = new Set(partitions.map(({ topic }) => topic));

  expect(topics.size).toBe(1);
  expect(Object.keys(routes)).toContain([...topics][0]);
  for (const { partition } of partitions) expect(partition).toBeGreaterThanOrEqual(FIRST_SAMPLE_PARTITION);
});

test('indexAlerts.json has alerts with every field of a document, and one invalid alert', () => {
  const own = samples.find(({ file }) => file === 'indexAlerts.json');
  const { done, failures } = eachRecord(own?.partitions.flatMap(({ records }) => records) ?? [], documentOf);

  const fields = done.flatMap(({ result }) => Object.keys(result.source));
  expect(new Set(fields)).toEqual(new Set(Object.keys(alertsTemplate.template.mappings.properties)));
  expect(failures.map(({ error }) => error.code)).toEqual(['SCHEMA']);
});

test.each(samples.filter(({ file }) => file.startsWith('insert') || file.startsWith('upsert')))(
  '$file has invalid records if it is called bad.json, and only valid ones otherwise',
  ({ file, partitions }) => {
    const records = partitions.flatMap((partition) => partition.records);
    const { failures } = eachRecord(records, (record) => {
      const { rds, dynamodb } = routeOf(record.topic);
      return [rds && tables[rds].row(record), dynamodb.map((kind) => entities[kind].item(record, clock))];
    });

    expect(failures.map(({ error }) => error.code)).toEqual(file.endsWith('/bad.json') ? ['NOT_JSON', 'SCHEMA'] : []);
  },
);

test('a newer state removes every attribute that only some items of its table have', () => {
  const items = samples
    .filter(({ file }) => file.startsWith('upsert') && !file.endsWith('/bad.json'))
    .flatMap(({ partitions }) => partitions.flatMap((partition) => partition.records))
    .flatMap((record) =>
      routeOf(record.topic).dynamodb.map((kind) => ({ kind, item: entities[kind].item(record, clock) })),
    )
    .flatMap(({ kind, item }) => (item && entities[kind].stays !== 'first' ? { kind, names: Object.keys(item) } : []));

  for (const [kind, own] of Map.groupBy(items, (item) => item.kind)) {
    const missing = own.flatMap(({ names }) => names).filter((name) => own.some(({ names }) => !names.includes(name)));
    expect([kind, entities[kind].optional]).toEqual([kind, expect.arrayContaining(missing)]);
  }
  expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(['vehicles', 'alerts', 'trips', 'users', 'devices']));
});

test('no item of a sample has expired: DynamoDB would remove it before anybody sees it', () => {
  const now = Date.now();
  const records = samples
    .filter(({ file }) => file.startsWith('upsert') && !file.endsWith('/bad.json'))
    .flatMap(({ partitions }) => partitions.flatMap((partition) => partition.records));
  const expiries = records.flatMap((record) =>
    routeOf(record.topic).dynamodb.flatMap((kind) => {
      const { expiresAt } = entities[kind].item(record, { now, tombstoneDays: 30, loginDays: 365 }) ?? {};
      return expiresAt?.N === undefined ? [] : [Number(expiresAt.N)];
    }),
  );

  expect(expiries.length).toBeGreaterThan(0);
  expect(Math.min(...expiries)).toBeGreaterThan(now / 1000 + 86_400);
});
