import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import AdmZip from 'adm-zip';
import { Kafka, logLevel, type Message } from 'kafkajs';
import type { SmokeResult } from '#functions/ops/smoke.ts';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { readTopics } from '#proof/readback/kafka.ts';
import type { LogRecord } from '#proof/world.ts';
import { type Checkout, copyCheckout, type StartedRun } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { base64Forms, searchedForms } from './searched-forms.ts';

let checkout: Checkout;
let run: StartedRun;
let brokers: string[];
beforeAll(async () => {
  checkout = await copyCheckout();
  run = checkout.start(['--only', 'none']);
  await run.says(/all mappings poll/);
  brokers = (await run.stack()).endpoints.kafka.split(',');
}, 600_000);
afterAll(() => checkout?.remove());

/** In every payload, key and header. No log may contain it. */
const SECRET = 'payload7f3a91c4';
const reading = { vehicleId: `V-${SECRET}`, location: '12.97,77.59', speed: 50, timestamp: '2025-01-15T10:00:00Z' };
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** The bad values, each with the code of its dead letter. */
const bad: Record<string, { value: Buffer | null; code: string }> = {
  'null value': { value: null, code: 'NULL_VALUE' },
  'invalid UTF-8': { value: Buffer.concat([json(reading), Buffer.from([0xff, 0xfe])]), code: 'NOT_UTF8' },
  'no JSON': { value: json(reading).subarray(0, -1), code: 'NOT_JSON' },
  'a JSON array': { value: json([reading]), code: 'NOT_AN_OBJECT' },
  'a JSON string': { value: json(SECRET), code: 'NOT_AN_OBJECT' },
  'JSON null': { value: Buffer.from('null'), code: 'NOT_AN_OBJECT' },
  'no vehicleId': { value: json({ ...reading, vehicleId: undefined, note: SECRET }), code: 'SCHEMA' },
  'location 91,181': { value: json({ ...reading, location: '91,181' }), code: 'LOCATION' },
  'location in words': { value: json({ ...reading, location: SECRET }), code: 'LOCATION' },
  'speed "fast"': { value: json({ ...reading, speed: `fast ${SECRET}` }), code: 'SCHEMA' },
  '1 MB': { value: json({ ...reading, note: SECRET.repeat(1_000_000 / SECRET.length) }), code: 'TOO_LARGE' },
  '__proto__ keys': {
    value: Buffer.from(`{"__proto__":${JSON.stringify(reading)},"constructor":{"prototype":{"polluted":"${SECRET}"}}}`),
    code: 'SCHEMA',
  },
};

/** The header that identifies a record of this test. A dead letter keeps the headers of its record. */
const CASE = 'case';

/** Each bad record, with a key and without, between good ones of the same partition. */
function messages(): Message[] {
  const key = `key ${SECRET}`;
  const good = (name: string): Message => ({ value: json(reading), headers: { [CASE]: `good, ${name}` } });
  return Object.entries(bad).flatMap(([name, { value }]): Message[] => [
    { ...good(`before ${name}`), key },
    { key, value, headers: { [CASE]: name, ['__proto__']: SECRET, constructor: SECRET } },
    good(`between ${name}`),
    { value, headers: { [CASE]: `${name}, no key` } },
    { ...good(`after ${name}`), key },
  ]);
}

let raw: LogRecord[];
let letters: LogRecord[];
let processed: LogRecord[];
beforeAll(async () => {
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  for (const message of messages()) {
    await producer.send({ topic: 'raw-data-topic', messages: [{ ...message, partition: 0 }] });
  }
  await producer.disconnect();
  const topics = ['raw-data-topic', 'raw-data-dlq', 'processed-data-topic'] as const;
  const isThrough = async () => {
    const logs = await readTopics(brokers.join(), topics);
    [raw, letters, processed] = topics.map((topic) => logs[topic].records) as [LogRecord[], LogRecord[], LogRecord[]];
    return letters.length + processed.length >= raw.length;
  };
  const seen = () => ({ raw: raw.length, letters: letters.length, processed: processed.length });
  await eventually(isThrough, { what: 'each record processed or dead-lettered', boundMs: 180_000, seen });
}, 600_000);

const header = (record: LogRecord, name: string) =>
  record.headers
    .get(name)
    ?.map((value) => value.toString())
    .join();
const isGood = (record: LogRecord) => header(record, CASE)?.startsWith('good');

test.each(Object.keys(bad).flatMap((name) => [name, `${name}, no key`]))(
  '%s is in the dead-letter topic, its bytes unchanged, with the cause',
  (name) => {
    const source = raw.find((record) => header(record, CASE) === name);
    const [letter, ...more] = letters.filter((record) => header(record, CASE) === name);

    expect(more).toEqual([]);
    expect(letter?.key).toEqual(name.endsWith(', no key') ? null : Buffer.from(`key ${SECRET}`));
    expect(letter?.value?.toString('hex')).toBe(bad[name.replace(', no key', '')]?.value?.toString('hex'));
    expect(letter && Object.fromEntries(errorHeaders(letter))).toEqual({
      topic: 'raw-data-topic',
      partition: '0',
      offset: String(source?.offset),
      timestamp: String(source?.timestamp),
      function: 'processTelemetry',
      exception: bad[name.replace(', no key', '')]?.code,
      message: expect.stringMatching(/^(?!.*payload7f3a91c4).+$/),
    });
    for (const [own, values] of source?.headers ?? []) expect(letter?.headers.get(own)).toEqual(values);
  },
);

const ERRORS = '__lambda.errors.';
const errorHeaders = ({ headers }: LogRecord) =>
  [...headers.entries()]
    .filter(([name]) => name.startsWith(ERRORS))
    .map(([name, values]) => [name.slice(ERRORS.length), values.join()]);

test('the good records around them are processed, in order', () => {
  const expected = raw.filter(isGood).map(({ offset }) => `raw-data-topic-0-${offset}`);

  expect(expected).toHaveLength(3 * Object.keys(bad).length);
  expect([...new Set(processed.map((record) => header(record, 'source')))]).toEqual(expected);
});

test('no payload, key or header is in a log, neither as text nor in base64', async () => {
  const log = await checkout.functionsLog();

  // For a large batch, only the first dead letters are logged.
  expect(log.match(/"message":"dead letter"/g)?.length).toBeGreaterThan(10);
  for (const form of searchedForms(SECRET)) {
    expect(log.includes(form)).toBe(false);
    expect(run.output().includes(form)).toBe(false);
  }
});

test('the search finds the secret at any position in base64', () => {
  for (let before = 0; before < 6; before += 1) {
    const text = Buffer.from(`${'x'.repeat(before)}${SECRET}, and more`).toString('base64');
    expect(base64Forms(SECRET).some((form) => text.includes(form))).toBe(true);
  }
});

/** The sha256 of every file in every package, by name. */
async function packagedFiles(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const path of glob(join(checkout.folder, '.serverless', '*.zip'))) {
    for (const entry of new AdmZip(path).getEntries())
      files[`${basename(path)}: ${entry.entryName}`] = sha256(entry.getData());
  }
  return files;
}

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
/** Packages for prod. @returns names of the files and folders that are left in the system's temporary folder */
async function packageProd(): Promise<string[]> {
  const temporary = await mkdtemp(join(checkout.temporary, 'package-'));
  await promisify(execFile)('npx', ['serverless', 'package', '--stage', 'prod'], {
    cwd: checkout.folder,
    env: { ...process.env, TMPDIR: temporary },
  });
  return (await readdir(temporary)).filter((name) => name !== 'node-compile-cache');
}

test('the running bundles equal those of a package, also for prod and without plugins/bundles', async () => {
  const running: Record<string, string> = {};
  const pattern = join(checkout.temporary, '*', 'serverless-offline-msk-*', '*', 'functions', '**', '*.cjs');
  for await (const path of glob(pattern)) {
    const [, name, file] = /serverless-offline-msk-[^/]+\/(\w+)\/(.*)$/.exec(path) ?? [];
    running[`${name}.zip: ${file}`] = sha256(await readFile(path));
  }
  const packaged = await packagedFiles();

  expect(Object.keys(running)).toContain('processTelemetry.zip: functions/fleet/processTelemetry.cjs');
  expect(packaged).toMatchObject(running);
  expect(await packageProd()).toEqual([]);
  expect(await packagedFiles()).toEqual(packaged);

  const yml = join(checkout.folder, 'serverless.yml');
  const text = await readFile(yml, 'utf8');
  await writeFile(yml, text.replace(/^ +- .\/plugins\/bundles\/index.ts.*\n/m, ''));
  await packageProd();
  await writeFile(yml, text);
  expect(await packagedFiles()).toEqual(packaged);
}, 240_000);

test('smoke finds its marked records in each store, and removes them', async () => {
  const cwd = { cwd: checkout.folder };
  const { stdout } = await promisify(execFile)('node', ['cli/invoke.ts', 'smoke'], cwd);
  const { marker, records, foundAfterMs } = JSON.parse(stdout) as SmokeResult;

  expect(records).toBe(4);
  expect(Object.keys(foundAfterMs)).toEqual(['rds', 'dynamodb', 's3']);
  const { endpoints, references } = await run.stack();
  const client = dynamodbOf(endpoints);
  const { Items = [] } = await client.send(
    new ScanCommand({ TableName: String(references?.['RecordsTable']?.['Ref']) }),
  );
  client.destroy();
  expect(JSON.stringify(Items)).not.toContain(marker);
});
