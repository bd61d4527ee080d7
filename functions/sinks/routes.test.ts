import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { deadLetterTopicOf, deadLetterTopics, routeOf, routes } from './routes.ts';

interface Definition {
  events: { msk: { topic: string; consumerGroupId: string } }[];
}
const functions = parse(readFileSync(new URL('functions.yml', import.meta.url), 'utf8'), {
  merge: true,
  logLevel: 'silent',
}) as Record<string, Definition>;

/** Every function in functions.yml, and the topics that it must be mapped to. */
const stores: Readonly<Record<string, (topic: string) => unknown>> = {
  archiveToS3: () => true,
  insertIntoRds: (topic) => routeOf(topic).rds,
  upsertIntoDynamodb: (topic) => routeOf(topic).dynamodb.length,
};

describe('the table and the mappings of functions.yml agree', () => {
  test('functions.yml has the functions of these stores, and no others', () => {
    expect(Object.keys(functions).toSorted()).toEqual(Object.keys(stores).toSorted());
  });

  test.each(Object.entries(stores))('%s is mapped to the topics that it stores', (name, isStored) => {
    const mapped = functions[name]?.events.map(({ msk }) => msk.topic).toSorted();

    expect(mapped).toEqual(Object.keys(routes).filter(isStored).toSorted());
  });

  test('each mapping has its own consumer group, named after function and topic', () => {
    for (const [name, { events }] of Object.entries(functions)) {
      for (const { msk } of events) expect(msk.consumerGroupId).toBe(`${name}-${msk.topic}-v1`);
    }
  });
});

test('records of a topic without a row are stored as generic records, whatever its name', () => {
  for (const topic of ['unknown', 'constructor', '__proto__']) {
    expect(routeOf(topic)).toMatchObject({ rds: 'records', dynamodb: ['records'], trusted: false });
    expect(deadLetterTopicOf(topic)).toBe('demo-dlq');
  }
});

test('a dead-letter topic has no dead-letter topic: its batch is handed back', () => {
  for (const topic of deadLetterTopics) expect(() => deadLetterTopicOf(topic)).toThrow(/handed back/);
});

/** The topics that functions name as the place of their results. */
function writtenTopics(): string[] {
  const folder = new URL('../', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yml'));
  const names = files.flatMap((file) => [
    ...readFileSync(new URL(file, folder), 'utf8').matchAll(/^ +(?:PROCESSED|ALERTS|METRICS)_TOPIC: (\S+)$/gm),
  ]);
  return [...new Set(names.map(([, topic = '']) => topic))];
}

test('headers are used only on topics that only our functions write', () => {
  const trusted = Object.keys(routes).filter((topic) => routeOf(topic).trusted);

  expect(trusted).toEqual(expect.arrayContaining(['processed-data-topic', 'alerts-topic', 'product-metrics']));
  expect(trusted.toSorted()).toEqual(writtenTopics().toSorted());
});

test('the table knows which topics are compacted', () => {
  const { Resources } = parse(readFileSync(new URL('../../resources/kafka/topics.yml', import.meta.url), 'utf8'), {
    logLevel: 'silent',
  }) as { Resources: Record<string, { Properties: { TopicName: string; Configs: string } }> };
  const compacted = Object.values(Resources).filter(({ Properties }) => /\.compacted/.test(Properties.Configs));

  expect(compacted.map(({ Properties }) => Properties.TopicName)).toEqual(
    Object.keys(routes).filter((topic) => routeOf(topic).compacted),
  );
});
