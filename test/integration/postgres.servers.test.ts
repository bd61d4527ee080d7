import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { choosePorts } from '#local/servers/ports/ports.ts';
import { postgresServer } from '#local/servers/postgres/postgres.ts';
import { identify } from '#local/servers/process/process-identity.ts';
import type { ServerContext } from '#local/servers/server.ts';
import { query } from '../support/database.ts';

let folder: string;
let context: ServerContext;
beforeEach(async () => {
  // mkdtemp gives it mode 0700: if the test runs as root, PostgreSQL's user can't enter it.
  folder = await mkdtemp(join(tmpdir(), 'test-postgres-'));
  const data = join(folder, 'postgres');
  await mkdir(data, { mode: 0o700 });
  const [port = 0] = await choosePorts([{ name: 'postgres', usual: 23_432, option: '' }]);
  context = { data, kept: true, log: join(folder, 'log'), port, cache: folder };
});
afterEach(() => rm(folder, { recursive: true }));

test('runs with UTF8, C and UTC, only on 127.0.0.1, not as root; folders keep their modes', async () => {
  const server = postgresServer(context);
  await server.start();
  await server.ready();
  try {
    expect(
      await query(
        server.endpoint,
        `SELECT current_database() AS database, pg_encoding_to_char(encoding) AS encoding, datcollate AS collation,
          current_setting('timezone') AS timezone, current_setting('listen_addresses') AS addresses,
          current_setting('unix_socket_directories') AS sockets, current_setting('fsync') AS fsync
        FROM pg_database WHERE datname = current_database()`,
      ),
    ).toEqual([
      {
        database: 'pipeline',
        encoding: 'UTF8',
        collation: 'C',
        timezone: 'UTC',
        addresses: '127.0.0.1',
        sockets: '',
        fsync: 'on',
      },
    ]);
    expect(((await stat(folder)).mode & 0o777).toString(8)).toBe('700');
    expect((await stat(join(context.data, 'database'))).uid).not.toBe(0);
  } finally {
    await server.stop();
  }
});

test('ends by itself if its runner is killed; the next start continues with the kept folder at once', async () => {
  const runner = fork('test/support/postgres-runner.ts');
  runner.send(context);
  const [pid] = (await once(runner, 'message')) as [number];
  const server = postgresServer(context);
  await query(server.endpoint, 'CREATE TABLE kept AS SELECT 1 AS id');
  runner.kill('SIGKILL');

  // The test doesn't wait for the end of the first server: the next start does.
  await server.start();
  await server.ready();
  try {
    expect(await identify(pid)).toBeUndefined();
    expect(await query(server.endpoint, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  } finally {
    await server.stop();
  }
});

test('after a start that was killed while it created the data, the next one creates it anew', async () => {
  await mkdir(join(context.data, 'database.new', 'base'), { recursive: true });
  const server = postgresServer(context);
  await server.start();
  await server.ready();
  await server.stop();
  expect(await stat(join(context.data, 'database.new')).catch(() => 'gone')).toBe('gone');
});
