import { artifactsOf, keptNames, serverNames } from './plan.ts';

const parts = { brokers: 1, minimal: false, connect: false } as const;

test('Connect is in a stack that asks for it, unless it is minimal', () => {
  expect(serverNames(parts)).toEqual(['kafka', 'dynamodb', 's3', 'postgres', 'rds-data']);
  expect(serverNames({ ...parts, connect: true })).toContain('connect');
  expect(serverNames({ ...parts, connect: true, minimal: true })).toEqual(['kafka', 'dynamodb']);
});

test('what is downloaded is what the stack has', () => {
  expect(artifactsOf({ ...parts, connect: true })).toEqual(['kafka', 'dynamodb', 's3', 'connect']);
  expect(artifactsOf({ ...parts, minimal: true })).toEqual(['kafka', 'dynamodb']);
});

test('OpenSearch is in a stack that asks for it, unless it is minimal', () => {
  expect(serverNames({ ...parts, search: true })).toContain('opensearch');
  expect(artifactsOf({ ...parts, search: true })).toContain('opensearch');
  expect(serverNames({ ...parts, search: true, minimal: true })).toEqual(['kafka', 'dynamodb']);
  expect(keptNames({ ...parts, search: true })).toEqual(keptNames(parts));
});

test('kept data goes on with Connect and without', () => {
  expect(keptNames({ ...parts, connect: true })).toEqual(keptNames(parts));
});
