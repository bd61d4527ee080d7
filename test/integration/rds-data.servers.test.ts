import {
  BatchExecuteStatementCommand,
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  type Field,
  type RDSDataClient,
  RDSDataServiceException,
  RollbackTransactionCommand,
  type SqlParameter,
  type TypeHint,
} from '@aws-sdk/client-rds-data';
import { within } from '#lib/deadline.ts';
import { json, openDatabase } from '#lib/stores/data-api.ts';
import { LIMITS } from '#local/servers/data-api/limits.ts';
import { REFERENCE, startDatabase, type TestDatabase } from '../support/database.ts';
import { plenty } from '../support/deadlines.ts';
import { eventually } from '../support/eventually.ts';
import { freeze, whileFrozen } from '../support/freeze.ts';

let database: TestDatabase;
/** A client with short timeouts for statements and idle transactions. */
let hasty: RDSDataClient;
beforeAll(async () => {
  database = await startDatabase();
  hasty = await database.limited({ ...LIMITS, statementMs: 700, transactionIdleMs: 3_000 });
});
afterAll(() => database.stop());

type Options = Omit<ExecuteStatementCommandInput, 'resourceArn' | 'secretArn' | 'sql'>;
const execute = (sql: string, parameters: SqlParameter[] = [], options: Options = {}, client = database.client) =>
  client.send(new ExecuteStatementCommand({ ...REFERENCE, sql, parameters, ...options }));

/** The first value of the first record. */
async function value(sql: string, parameters: SqlParameter[] = [], options: Options = {}): Promise<Field | undefined> {
  return (await execute(sql, parameters, options)).records?.[0]?.[0];
}

/** The error that a caller of the SDK sees. */
async function failure(call: Promise<unknown>): Promise<{ name: string; message: string; status: number | undefined }> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RDSDataServiceException)) throw new Error('no error of the service', { cause: error });
  return { name: error.name, message: error.message, status: error.$metadata.httpStatusCode };
}

const begin = async (client = database.client) =>
  (await client.send(new BeginTransactionCommand(REFERENCE))).transactionId ?? '';
const ends = { commit: CommitTransactionCommand, rollback: RollbackTransactionCommand };
const end = (how: keyof typeof ends, transactionId: string) =>
  database.client.send(new ends[how]({ ...REFERENCE, transactionId }));

describe('values', () => {
  const there: [type: string, field: Field, typeHint?: TypeHint][] = [
    ['text', { stringValue: "it''s :no $1 \\ ü 🚚" }],
    ['text', { stringValue: '' }],
    ['varchar(9)', { stringValue: 'short' }],
    ['int', { longValue: -2147483648 }],
    ['smallint', { longValue: 7 }],
    ['bigint', { longValue: Number.MAX_SAFE_INTEGER }],
    ['double precision', { doubleValue: 0.1 }],
    ['double precision', { doubleValue: Number.NaN }],
    ['double precision', { doubleValue: Number.NEGATIVE_INFINITY }],
    ['real', { doubleValue: 1.5 }],
    ['boolean', { booleanValue: true }],
    ['boolean', { booleanValue: false }],
    ['bytea', { blobValue: Uint8Array.from([0, 1, 127, 128, 255]) }],
    ['bytea', { blobValue: new Uint8Array() }],
    ['date', { stringValue: '2026-02-28' }, 'DATE'],
    ['numeric(20,2)', { stringValue: '123456789012345678.90' }, 'DECIMAL'],
    ['json', { stringValue: '{"a": [1, null]}' }, 'JSON'],
    ['jsonb', { stringValue: '{"a": [1, null]}' }, 'JSON'],
    ['time', { stringValue: '23:59:59.123456' }, 'TIME'],
    ['timestamp', { stringValue: '2026-11-21 08:00:00.5' }, 'TIMESTAMP'],
    ['timestamptz', { stringValue: '2026-11-21 08:00:00.5' }, 'TIMESTAMP'],
    ['uuid', { stringValue: '0b0e2f0a-5a0f-4d0e-9a53-3d2f1c1a7e11' }, 'UUID'],
    ['text', { isNull: true }],
    ['jsonb', { isNull: true }, 'JSON'],
  ];
  test.each(there)('%s is written and read back: %j %s', async (type, field, ...[typeHint]) => {
    const table = `t_${Math.random().toString(36).slice(2)}`;
    await execute(`CREATE TABLE ${table} (v ${type})`);
    const parameter = { name: 'v', value: field, ...(typeHint ? { typeHint } : {}) };
    expect(await execute(`INSERT INTO ${table} VALUES (:v)`, [parameter])).toMatchObject({
      numberOfRecordsUpdated: 1,
      generatedFields: [],
    });
    expect(await value(`SELECT v FROM ${table}`)).toEqual(field);
  });

  test.each<[sql: string, field: Field, options?: Options]>([
    ['SELECT 1.50', { stringValue: '1.50' }],
    ['SELECT 1.50', { doubleValue: 1.5 }, { resultSetOptions: { decimalReturnType: 'DOUBLE_OR_LONG' } }],
    ['SELECT 15::numeric', { longValue: 15 }, { resultSetOptions: { decimalReturnType: 'DOUBLE_OR_LONG' } }],
    [
      'SELECT 9223372036854775807',
      { stringValue: '9223372036854775807' },
      { resultSetOptions: { longReturnType: 'STRING' } },
    ],
    ['SELECT ARRAY[1, NULL, 3]', { arrayValue: { longValues: [1, null as unknown as number, 3] } }],
    [`SELECT ARRAY['a,b', '"', NULL]`, { arrayValue: { stringValues: ['a,b', '"', null as unknown as string] } }],
    ['SELECT ARRAY[true, false]', { arrayValue: { booleanValues: [true, false] } }],
    ['SELECT ARRAY[1.5::float8]', { arrayValue: { doubleValues: [1.5] } }],
    [`SELECT '{}'::text[]`, { arrayValue: { stringValues: [] } }],
    [`SELECT timestamptz '2026-11-21T10:00:00+02:00'`, { stringValue: '2026-11-21 08:00:00' }],
  ])('%s', async (sql, field, options = {}) => {
    expect(await value(sql, [], options)).toEqual(field);
  });

  test('a name that is used twice is one parameter; strings, casts and slices contain no parameter', async () => {
    const sql = `SELECT :a::int + :a::int, ':a', (ARRAY[1,2,3])[1:2], $x$ :b $x$ -- :c`;
    const { records } = await execute(sql, [{ name: 'a', value: { stringValue: '21' } }]);
    expect(records?.[0]?.slice(0, 2)).toEqual([{ longValue: 42 }, { stringValue: ':a' }]);
  });

  test('JSON has one object for each record, with the labels as keys', async () => {
    const sql = `SELECT 1 AS "one", NULL::int AS none, 'x' AS text, true AS yes,
      '\\x00ff'::bytea AS bytes, ARRAY[1,2] AS list`;
    const { formattedRecords, records } = await execute(sql, [], { formatRecordsAs: 'JSON' });
    expect(records).toBeUndefined();
    expect(JSON.parse(formattedRecords ?? '')).toEqual([
      { one: 1, none: null, text: 'x', yes: true, bytes: 'AP8=', list: [1, 2] },
    ]);
  });

  test('metadata of columns are returned on request', async () => {
    await execute('CREATE TABLE described (id serial PRIMARY KEY, price numeric(8,2))');
    const sql = 'SELECT id AS number, price, 1 AS one FROM described';
    const { columnMetadata } = await execute(sql, [], { includeResultMetadata: true });
    const shared = { schemaName: 'public', tableName: 'described' };
    expect(columnMetadata).toMatchObject([
      { ...shared, name: 'id', label: 'number', typeName: 'int4', type: 4, nullable: 0, isAutoIncrement: true },
      { ...shared, name: 'price', label: 'price', typeName: 'numeric', nullable: 1, precision: 8, scale: 2 },
      { name: 'one', tableName: '', nullable: 2, isAutoIncrement: false },
    ]);
    expect((await execute(sql)).columnMetadata).toBeUndefined();
  });

  test('settings of a call do not change the next call', async () => {
    await execute('CREATE TEMPORARY TABLE gone (id int)');
    await execute("SET statement_timeout = '12345'");
    expect(
      await value("SELECT current_setting('statement_timeout') || coalesce(to_regclass('gone')::text, '')"),
    ).toEqual({
      stringValue: '0',
    });
    expect(await value('SHOW TimeZone')).toEqual({ stringValue: 'UTC' });
  });
});

describe('errors', () => {
  test('an error of PostgreSQL has its detail and SQLSTATE', async () => {
    await execute('CREATE TABLE once (id int PRIMARY KEY)');
    await execute('INSERT INTO once VALUES (1)');
    expect(await failure(execute('INSERT INTO once VALUES (1)'))).toEqual({
      name: 'DatabaseErrorException',
      message:
        'ERROR: duplicate key value violates unique constraint "once_pkey"\n' +
        '  Detail: Key (id)=(1) already exists.; SQLState: 23505',
      status: 400,
    });
  });

  const text = (name: string, stringValue: string): SqlParameter => ({ name, value: { stringValue } });
  test.each<[what: string, call: () => Promise<unknown>, name: string, message: RegExp, status?: number]>([
    [
      'a missing table',
      () => execute('SELECT * FROM nowhere'),
      'DatabaseErrorException',
      /Position: 15; SQLState: 42P01$/,
    ],
    [
      'a missing database',
      () => execute('SELECT 1', [], { database: 'no' }),
      'DatabaseErrorException',
      /SQLState: 3D000$/,
    ],
    [
      'a string for a uuid',
      () => execute('SELECT gen_random_uuid() = :v', [text('v', 'x')]),
      'DatabaseErrorException',
      /42883$/,
    ],
    ['NUL in a text', () => execute('SELECT :v', [text('v', 'a\0')]), 'DatabaseErrorException', /SQLState: 22021$/],
    ['two statements', () => execute('SELECT 1; SELECT 2'), 'ValidationException', /Multistatements/],
    ["a parameter that isn't given", () => execute('SELECT :v'), 'BadRequestException', /Cannot find parameter: v/],
    [
      'an array parameter',
      () => execute('SELECT :v', [{ name: 'v', value: { arrayValue: { longValues: [1] } } }]),
      'BadRequestException',
      /Array parameters are not supported/,
    ],
    [
      'an ISO string with the hint TIMESTAMP',
      () => execute('SELECT :v', [{ ...text('v', '2026-11-21T08:00:00Z'), typeHint: 'TIMESTAMP' }]),
      'BadRequestException',
      /TIMESTAMP/,
    ],
    [
      'an unsupported type',
      () => execute("SELECT interval '1 day'"),
      'UnsupportedResultException',
      /unsupported data type/,
    ],
    ['void', () => execute('SELECT pg_sleep(0)'), 'UnsupportedResultException', /unsupported data type/],
    ['a nested array', () => execute('SELECT ARRAY[[1],[2]]'), 'UnsupportedResultException', /multidimensional/],
    [
      'more than 1 MiB',
      () => execute("SELECT repeat('x', 60000) FROM generate_series(1, 18)"),
      'UnsupportedResultException',
      /response size limit/,
    ],
    [
      'a row over 64 KiB',
      () => execute("SELECT repeat('x', 65537)"),
      'UnsupportedResultException',
      /row size limit of 65536/,
    ],
    [
      'a row over 64 KiB in two columns of two-byte characters',
      () => execute("SELECT repeat('é', 16384), repeat('é', 16385)"),
      'UnsupportedResultException',
      /row size limit/,
    ],
    [
      'a row over 64 KiB as JSON',
      () => execute("SELECT 1 UNION ALL SELECT repeat('1', 70000)::numeric", [], { formatRecordsAs: 'JSON' }),
      'UnsupportedResultException',
      /row size limit/,
    ],
    [
      'a statement of 65,537 characters',
      () => execute(`SELECT 1${' '.repeat(65_529)}`),
      'ValidationException',
      /65536/,
    ],
    [
      'a request over 4 MiB',
      () => execute('SELECT length(:v)', [text('v', 'x'.repeat(4 * 1024 * 1024))]),
      'RequestEntityTooLargeException',
      /Too Large/,
      413,
    ],
    ['a schema', () => execute('SELECT 1', [], { schema: 'public' }), 'BadRequestException', /schema parameter/],
    ['no secret', () => execute('SELECT 1', [], { secretArn: '' } as Options), 'ValidationException', /secretArn/],
    [
      'an unknown transaction',
      () => execute('SELECT 1', [], { transactionId: 'no' }),
      'TransactionNotFoundException',
      /no/,
      404,
    ],
  ])('%s', async (_, call, name, message, status = 400) => {
    expect(await failure(call())).toEqual({ name, message: expect.stringMatching(message), status });
  });

  test('a row of 64 KiB is returned, and a parameter may be longer than that', async () => {
    const { records } = await execute("SELECT repeat('x', 65536)");
    expect(records?.[0]?.[0]?.stringValue).toHaveLength(65_536);
    await expect(execute('SELECT length(:v)', [text('v', 'x'.repeat(70_000))])).resolves.toMatchObject({
      records: [[{ longValue: 70_000 }]],
    });
  });

  test("a request that isn't signed is forbidden", async () => {
    const response = await fetch(`${database.dataApi.endpoint}/Execute`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([403, 'ForbiddenException']);
  });

  test('a statement is cancelled at its timeout; with continueAfterTimeout it continues', async () => {
    await execute('CREATE TABLE slow (id int)');
    const insert = (id: number) => `INSERT INTO slow SELECT ${id} FROM (SELECT pg_sleep(1)) AS s`;
    const [cut, goesOn] = await Promise.all([
      failure(execute(insert(1), [], {}, hasty)),
      failure(execute(insert(2), [], { continueAfterTimeout: true }, hasty)),
    ]);
    expect([cut.name, goesOn.name]).toEqual(['StatementTimeoutException', 'StatementTimeoutException']);
    const running = async () =>
      (await value("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'INSERT INTO slow%'"))
        ?.longValue;
    await eventually(async () => (await running()) === 0, { what: 'the end of both statements', seen: running });
    expect((await execute('SELECT id FROM slow')).records).toEqual([[{ longValue: 2 }]]);
  });
});

describe('transactions', () => {
  const rows = async (table: string) => (await value(`SELECT count(*) FROM ${table}`))?.longValue;
  beforeAll(() => execute('CREATE TABLE ledger (id int PRIMARY KEY)'));
  beforeEach(() => execute('TRUNCATE ledger'));

  test('others see a committed transaction, and never one that is rolled back', async () => {
    const [kept, dropped] = [await begin(), await begin()];
    await execute('INSERT INTO ledger VALUES (1)', [], { transactionId: kept });
    await execute('INSERT INTO ledger VALUES (2)', [], { transactionId: dropped });
    expect(await rows('ledger')).toBe(0);
    expect(await end('commit', kept)).toMatchObject({ transactionStatus: 'Transaction Committed' });
    expect(await end('rollback', dropped)).toMatchObject({ transactionStatus: 'Rollback Complete' });
    expect((await execute('SELECT id FROM ledger')).records).toEqual([[{ longValue: 1 }]]);
    expect((await failure(end('commit', kept))).name).toBe('TransactionNotFoundException');
  });

  test('a commit after a failed statement is an error and commits nothing', async () => {
    const transactionId = await begin();
    await execute('INSERT INTO ledger VALUES (1)', [], { transactionId });
    await failure(execute('INSERT INTO ledger VALUES (1)', [], { transactionId }));
    expect((await failure(execute('SELECT 1', [], { transactionId }))).message).toMatch(/SQLState: 25P02/);
    expect((await failure(end('commit', transactionId))).name).toBe('DatabaseErrorException');
    expect(await rows('ledger')).toBe(0);
  });

  test('a second statement at the same time is refused', async () => {
    const [other, transactionId] = [await begin(), await begin()];
    const lock = (id: string) => execute('SELECT pg_advisory_xact_lock(7)::text', [], { transactionId: id });
    await lock(other);
    const first = lock(transactionId);
    const waiting = () => value('SELECT count(*) FROM pg_locks WHERE NOT granted');
    await eventually(async () => (await waiting())?.longValue === 1, { what: 'a wait for the lock', seen: waiting });
    expect((await failure(execute('SELECT 1', [], { transactionId }))).message).toBe(
      'Transaction is still running a query',
    );
    await end('rollback', other);
    await first;
    await end('rollback', transactionId);
  });

  test('an idle transaction is rolled back', async () => {
    const transactionId = await begin(hasty);
    await execute('INSERT INTO ledger VALUES (1)', [], { transactionId }, hasty);
    const open = () => value("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'");
    await eventually(async () => (await open())?.longValue === 0, { what: 'the end of the transaction', seen: open });
    const late = execute('SELECT 1', [], { transactionId }, hasty);
    expect((await failure(late)).name).toBe('TransactionNotFoundException');
    expect(await rows('ledger')).toBe(0);
  });

  test('a batch is executed completely or not at all', async () => {
    const batch = (...ids: number[]) =>
      database.client.send(
        new BatchExecuteStatementCommand({
          ...REFERENCE,
          sql: 'INSERT INTO ledger VALUES (:id)',
          parameterSets: ids.map((longValue) => [{ name: 'id', value: { longValue } }]),
        }),
      );
    expect((await batch(1, 2, 3)).updateResults).toHaveLength(3);
    expect((await failure(batch(4, 1, 5))).message).toMatch(/23505/);
    expect(await rows('ledger')).toBe(3);
  });
});

test('10,000 rows are inserted in one statement, and a second time changes nothing', async () => {
  await execute(
    `CREATE TABLE bulk (source text PRIMARY KEY, vehicle_id text, event_time timestamptz,
      latitude float8, longitude float8)`,
  );
  const rows = Array.from({ length: 10_000 }, (_, offset) => ({
    source: `raw-data-topic-0-${offset}`,
    vehicle_id: `vehicle-${offset % 200}`,
    event_time: new Date(1_790_000_000_000 + offset).toISOString(),
    latitude: offset / 1000,
    longitude: -offset / 1000,
  }));
  const sql = `INSERT INTO bulk SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS r(source text, vehicle_id text, event_time timestamptz, latitude float8, longitude float8)
    ON CONFLICT DO NOTHING`;
  const insert = () =>
    execute(sql, [{ name: 'rows', value: { stringValue: JSON.stringify(rows) }, typeHint: 'JSON' }], {
      continueAfterTimeout: true,
    });
  const started = performance.now();
  expect((await insert()).numberOfRecordsUpdated).toBe(10_000);
  const seconds = (performance.now() - started) / 1000;
  console.info(`bulk insert: ${Math.round(10_000 / seconds)} rows/s`);
  expect((await insert()).numberOfRecordsUpdated).toBe(0);
});

test('a frozen database is a timeout, and works again afterwards', async () => {
  const { result } = await whileFrozen(database.postgres(), () => failure(execute('SELECT 1', [], {}, hasty)));
  expect(result.name).toBe('StatementTimeoutException');
  expect(await value('SELECT 1')).toEqual({ longValue: 1 });
});

test('the Data API stops while the database is frozen', async () => {
  const other = await startDatabase();
  await freeze(other.postgres());
  await other.dataApi.stop();
  await other.stop();
});

describe('through lib', () => {
  test('the deadline ends the wait', async () => {
    const late = openDatabase(database.client, REFERENCE, within(100.5)).execute('SELECT pg_sleep(3)::text');
    await expect(late).rejects.toMatchObject({ code: 'DATABASE_DEADLINE', retriable: true });
  });

  test('wrong data is a permanent error; a transaction that throws changes nothing', async () => {
    const opened = openDatabase(database.client, REFERENCE, plenty);
    await opened.execute('CREATE TABLE whole (id int)');
    const failing = opened.transaction(async (inside) => {
      await inside('INSERT INTO whole VALUES (1)');
      await inside('INSERT INTO whole SELECT (r->>0)::int FROM jsonb_array_elements(CAST(:rows AS jsonb)) AS r', [
        json('rows', [['no number']]),
      ]);
    });
    await expect(failing).rejects.toMatchObject({ code: 'SQLSTATE_22P02', retriable: false });
    expect((await opened.execute('SELECT id FROM whole')).records).toEqual([]);
  });
});

test('a killed database is unavailable, and works again after a start', async () => {
  await execute('CREATE TABLE survivors (id int)');
  const transactionId = await begin();
  database.postgres().process?.signal('SIGKILL');
  await database.postgres().process?.exited;
  const unavailable = { name: 'DatabaseUnavailableException', status: 504 };
  // Until its sessions notice the end of the database, the error is another one.
  const asked = () => failure(execute('SELECT 1'));
  await eventually(async () => (await asked()).name === unavailable.name, {
    what: 'DatabaseUnavailableException',
    seen: asked,
  });
  expect(await asked()).toMatchObject(unavailable);
  expect(await failure(execute('SELECT 1', [], { transactionId }))).toMatchObject(unavailable);
  await database.startPostgres();
  expect(await value('SELECT count(*) FROM survivors')).toEqual({ longValue: 0 });
  expect((await failure(execute('SELECT 1', [], { transactionId }))).name).toBe('TransactionNotFoundException');
});
