import { createManifest } from '../../load/manifest.ts';
import type { GeneratedRecord } from '../../load/record.ts';
import { BAD_LOGINS } from './bad-records.ts';
import { encodingsFor } from './encoding.ts';
import { createLogins } from './login.ts';
import { recordsOf } from './start.ts';

const NOW = Date.parse('2026-01-15T10:00:00Z');
const schemas = { glue: '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa', glueProcessed: '1b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa' };
const ids = { ...schemas, confluent: 7 };

const many = (seed: number, count = 3_000) => {
  const next = createLogins({ seed });
  return Array.from({ length: count }, (_, i) => next(NOW + i));
};

test('the same seed gives the same logins, another seed gives others', () => {
  expect(many(7, 50)).toEqual(many(7, 50));
  expect(many(8, 50)).not.toEqual(many(7, 50));
});

test('each field is missing sometimes, but no login lacks both user and device', () => {
  const logins = many(7);
  for (const field of ['user_id', 'app_version', 'ip', 'locale', 'device_id', 'device_type'] as const) {
    const missing = logins.filter((login) => login[field] === undefined).length;
    expect(missing).toBeGreaterThan(30);
    expect(missing).toBeLessThan(300);
  }
  expect(logins.filter(({ user_id, device_id }) => user_id === undefined && device_id === undefined)).toEqual([]);
});

test('there are many versions, locales and devices; times are in seconds or milliseconds, never in the future', () => {
  const logins = many(7);
  const distinct = (field: 'app_version' | 'locale' | 'device_type' | 'device_id') =>
    new Set(logins.map((login) => login[field])).size;
  expect(distinct('app_version')).toBeGreaterThan(5);
  expect(distinct('locale')).toBeGreaterThan(10);
  expect(distinct('device_type')).toBeGreaterThan(8);
  expect(distinct('device_id')).toBeGreaterThan(500);
  expect(logins.filter(({ ip }) => ip?.includes(':')).length).toBeGreaterThan(300);
  const times = logins.map(({ timestamp }) => (timestamp < 1e11 ? timestamp * 1000 : timestamp));
  for (const [i, time] of times.entries()) {
    expect(time).toBeLessThanOrEqual(NOW + i);
    expect(time).toBeGreaterThan(NOW + i - 92_000);
  }
});

describe('records', () => {
  const made = (
    bad: number,
    count: number,
    schemaIds: typeof ids | (typeof schemas & { confluent: undefined }) = ids,
  ) => {
    const next = recordsOf({ seed: 7, bad, schemas: schemaIds });
    return Array.from({ length: count }, (_, i) => next(NOW + i));
  };
  const causeOf = ({ mark }: GeneratedRecord) => {
    const manifest = createManifest(7, 0, BAD_LOGINS);
    manifest.acknowledge('user-login', 0, 0, mark);
    const found = manifest.at('user-login', 0, 0);
    return found?.kind === 'bad' ? found.cause : undefined;
  };
  const firstBytes = (records: GeneratedRecord[]) =>
    new Set(
      records
        .filter((record) => causeOf(record) === undefined)
        .map(({ value }) => [value?.[0], value?.[0] === 3 && value[1]].join()),
    );

  test('500 records have every cause, and the good ones every encoding', () => {
    const records = made(0.01, 500);

    expect(new Set(records.flatMap((record) => causeOf(record) ?? []))).toEqual(
      new Set(BAD_LOGINS.map(({ cause }) => cause)),
    );
    expect(firstBytes(records)).toEqual(new Set(['123,false', '0,false', '3,0', '3,5']));
  });

  test('without a Confluent-compatible registry no good login has its framing, and all causes still occur', () => {
    const without = { ...schemas, confluent: undefined };
    const records = made(0.01, 500, without);

    expect(encodingsFor(without)).toEqual(['json', 'glue', 'glueZlib']);
    expect(firstBytes(records)).toEqual(new Set(['123,false', '3,0', '3,5']));
    expect(new Set(records.map(causeOf)).size).toBe(BAD_LOGINS.length + 1);
  });

  test('a share of 0 makes no bad records', () => {
    expect(made(0, 500).filter((record) => causeOf(record) !== undefined)).toEqual([]);
  });
});
