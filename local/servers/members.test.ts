import { artifactsOf, keptNames, serverNames } from './members.ts';

const members = { brokers: 1, minimal: false, connect: false } as const;
const artifactNames = (of: Parameters<typeof artifactsOf>[0]) => artifactsOf(of).map(({ name }) => name);

test('a stack has Connect where it is asked for, unless the stack is minimal', () => {
  expect(serverNames(members)).toEqual(['kafka', 'dynamodb', 's3', 'postgres', 'rds-data']);
  expect(serverNames({ ...members, connect: true })).toContain('connect');
  expect(serverNames({ ...members, connect: true, minimal: true })).toEqual(['kafka', 'dynamodb']);
});

test('the download has only what the stack needs', () => {
  expect(artifactNames({ ...members, connect: true })).toEqual(['kafka', 'dynamodb', 's3', 'connect']);
  expect(artifactNames({ ...members, minimal: true })).toEqual(['kafka', 'dynamodb']);
});

test('a stack has OpenSearch where it is asked for, unless the stack is minimal', () => {
  expect(serverNames({ ...members, search: true })).toContain('opensearch');
  expect(artifactNames({ ...members, search: true })).toContain('opensearch');
  expect(serverNames({ ...members, search: true, minimal: true })).toEqual(['kafka', 'dynamodb']);
  expect(keptNames({ ...members, search: true })).toEqual(keptNames(members));
});

test('kept data fits a run with Connect and a run without', () => {
  expect(keptNames({ ...members, connect: true })).toEqual(keptNames(members));
});
