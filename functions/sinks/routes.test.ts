import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { deadLetterTopicOf, deadLetterTopics, routeOf, routes } from './routes.ts';

interface Definition {
  events: { msk: { topic: string; consumerGroupId: string } }[];
}
const functions = parse(readFileSync(new URL('functions.yml', import.meta.url), 'utf8'), {
  merge: true,
  logLevel: 'silent',
}) as Record<'archiveToS3' | 'insertIntoRds' | 'upsertIntoDynamodb', Definition>;

const mapped = (name: keyof typeof functions) => functions[name].events.map(({ msk }) => msk.topic).toSorted();
const routed = (store: 'rds' | 'dynamodb') =>
  Object.keys(routes)
    .filter((topic) => routeOf(topic)[store]?.length)
    .toSorted();

describe('the table and the mappings of functions.yml agree', () => {
  test('every topic is archived', () => {
    expect(mapped('archiveToS3')).toEqual(Object.keys(routes).toSorted());
  });

  test('a topic is mapped to the stores that its row names', () => {
    expect(mapped('insertIntoRds')).toEqual(routed('rds'));
    expect(mapped('upsertIntoDynamodb')).toEqual(routed('dynamodb'));
  });

  test('each mapping has a consumer group of its own, named after function and topic', () => {
    for (const [name, { events }] of Object.entries(functions)) {
      for (const { msk } of events) expect(msk.consumerGroupId).toBe(`${name}-${msk.topic}-v1`);
    }
  });
});

test('a topic without a row goes in as a generic record, whatever its name', () => {
  for (const topic of ['unknown', 'constructor', '__proto__']) {
    expect(routeOf(topic)).toMatchObject({ rds: 'records', dynamodb: ['records'], trusted: false });
    expect(deadLetterTopicOf(topic)).toBe('demo-dlq');
  }
});

test('a dead-letter topic has no dead-letter topic: its batch is handed back, and nothing goes round', () => {
  for (const topic of deadLetterTopics) expect(() => deadLetterTopicOf(topic)).toThrow(/handed back/);
});

test('only topics that our functions alone write are believed their headers', () => {
  expect(Object.keys(routes).filter((topic) => routeOf(topic).trusted)).toEqual([
    'processed-data-topic',
    'alerts-topic',
    'processed-orders',
    'product-metrics',
    'user-login-processed',
  ]);
});
