import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExecuteStatementCommand } from '@aws-sdk/client-rds-data';
import { build } from 'esbuild';
import { applyMigrations } from '#functions/ops/apply.ts';
import { readMigrations } from '#functions/ops/migrations.ts';
import { openDatabase } from '#lib/stores/data-api.ts';
import { REFERENCE, startDatabase, type TestDatabase } from '../support/database.ts';
import { plenty } from '../support/deadlines.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await startDatabase();
});
afterEach(() => database.stop());

const select = async (sql: string) => {
  const { formattedRecords } = await database.client.send(
    new ExecuteStatementCommand({ ...REFERENCE, sql, formatRecordsAs: 'JSON' }),
  );
  return JSON.parse(formattedRecords ?? '') as Record<string, unknown>[];
};

describe('the function, bundled as for a deployment', () => {
  const context = { getRemainingTimeInMillis: () => 30_000 };
  type Handler = (event: unknown, context: unknown) => Promise<{ applied: string[]; already: string[] }>;
  let folder: string;
  let files: string[];

  async function bundled(): Promise<Handler> {
    const outfile = join(folder, 'migrate.cjs');
    await build({
      entryPoints: ['functions/ops/migrate.ts'],
      outfile,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node24',
      mainFields: ['module', 'main'],
      loader: { '.sql': 'text' },
      logLevel: 'error',
    });
    return (createRequire(import.meta.url)(outfile) as { handler: Handler }).handler;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'test-migrate-'));
    files = (await readdir('resources/sql')).map((file) => file.replace('.sql', '')).toSorted();
    Object.assign(process.env, {
      DATABASE_ARN: REFERENCE.resourceArn,
      DATABASE_SECRET_ARN: REFERENCE.secretArn,
      DATABASE_NAME: REFERENCE.database,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'dummy',
      AWS_SECRET_ACCESS_KEY: 'dummy',
      AWS_ENDPOINT_URL_RDS_DATA: database.dataApi.endpoint,
    });
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('applies every file of resources/sql, and a second run applies none', async () => {
    const handler = await bundled();
    expect(await handler({}, context)).toEqual({ applied: files, already: [] });
    expect(await handler({}, context)).toEqual({ applied: [], already: files });
    const tables = await select(
      `SELECT relname AS name, obj_description(oid) IS NOT NULL AS described FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    const names = [
      'alerts',
      'logins',
      'orders',
      'product_metrics',
      'readings',
      'records',
      'schema_migrations',
      'trips',
    ];
    expect(tables).toEqual(names.map((name) => ({ name, described: name !== 'schema_migrations' })));
  });

  test('four runs at once apply each migration once', async () => {
    const handler = await bundled();
    const runs = await Promise.all(Array.from({ length: 4 }, () => handler({}, context)));
    expect(runs.flatMap(({ applied }) => applied).toSorted()).toEqual(files);
    expect(runs.flatMap(({ already }) => already)).toHaveLength(3 * files.length);
    expect(await select('SELECT name FROM schema_migrations ORDER BY version')).toEqual(
      files.map((name) => ({ name })),
    );
  });
});

describe('migrations', () => {
  const apply = (files: Record<string, string>) => {
    return applyMigrations(openDatabase(database.client, REFERENCE, plenty), readMigrations(files), plenty);
  };

  test('a changed migration is an error with its name', async () => {
    await apply({ '001_first': 'CREATE TABLE first (id int);' });
    await expect(apply({ '001_first': 'CREATE TABLE first (id bigint);' })).rejects.toMatchObject({
      code: 'MIGRATION_CHANGED',
      message: expect.stringContaining('001_first'),
    });
  });

  test('a failed migration is named and rolled back, and the next run continues with it', async () => {
    const first = { '001_first': 'CREATE TABLE first (id int);' };
    const failed = apply({ ...first, '002_second': 'CREATE TABLE second (id int); CREATE TABEL third (id int);' });
    await expect(failed).rejects.toThrow(/^migration 002_second: BROKEN_DEPLOYMENT_42601/);
    expect(await select("SELECT to_regclass('first') IS NULL AS a, to_regclass('second') IS NULL AS b")).toEqual([
      { a: false, b: true },
    ]);
    expect(await apply({ ...first, '002_second': 'CREATE TABLE second (id int);' })).toEqual({
      applied: ['002_second'],
      already: ['001_first'],
    });
  });

  test('waits for an unavailable database', async () => {
    database.postgres().process?.signal('SIGKILL');
    await database.postgres().process?.exited;
    const waiting = apply({ '001_first': 'CREATE TABLE first (id int);' });
    await database.startPostgres();
    expect(await waiting).toEqual({ applied: ['001_first'], already: [] });
  });
});
