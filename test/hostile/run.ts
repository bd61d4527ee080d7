import { fork } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type BuildOptions, build } from 'esbuild';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { parse } from 'yaml';
import { deadLetterTopics } from '#functions/sinks/routes.ts';
import type { Item } from '#lib/stores/attributes.ts';
import leaveOut from '../../plugins/bundles/leave-out.ts';
import { startBroker } from '../support/broker.ts';
import { createSchema, REFERENCE, startDatabase } from '../support/database.ts';
import { startTables } from '../support/servers.ts';
import { createTopics } from '../support/topics.ts';
import { HOSTILE } from './events.ts';
import type { HostileEvent } from './hostile-event.ts';

/**
 * Invokes the packaged bundles with hostile events, on a real broker, PostgreSQL and DynamoDB. Each event must produce
 * its number of dead letters and hand nothing back. It must stay within the function's memory, and within a quarter of
 * the function's timeout at the CPU speed that Lambda gives for that memory.
 * `node test/hostile/run.ts [WORD…]` runs the rows with all these words in their names.
 */

/** Lambda gives one vCPU for 1,769 MB ("Configure Lambda function memory"). */
const MB_PER_VCPU = 1_769;
/** ms after which an invocation is killed */
const BOUND_MS = 120_000;

interface Cost {
  response: { batchItemFailures?: unknown[]; error?: string } | undefined;
  cpuMs: number;
  wallMs: number;
  peakMb: number;
}
interface Service {
  custom: {
    esbuild: BuildOptions & { outputFileExtension: string };
    maxMessageBytes: { processed: number; deadLetter: number };
  };
}
type Definition = { handler: string; timeout: number; memorySize: number };

const words = process.argv.slice(2);
const rows = Object.entries(HOSTILE).filter(([name]) => words.every((word) => name.includes(word)));
const folder = await mkdtemp(join(tmpdir(), 'hostile-'));
const [broker, database, tables] = await Promise.all([startBroker([]), startDatabase(), startTables()]);
const service = parse(await readFile('serverless.yml', 'utf8'), { logLevel: 'silent' }) as Service;
const admin = new Kafka({ brokers: [broker.endpoint], logLevel: logLevel.NOTHING }).admin();
let failed = 0;
try {
  await Promise.all([prepareTopics(), prepareTables()]);
  const functions = await definitions();
  for (const [name, row] of rows) failed += (await holds(name, row, functions)) ? 0 : 1;
} finally {
  await admin.disconnect();
  await Promise.all([broker.stop(), database.stop(), tables.stop(), rm(folder, { recursive: true })]);
}
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function holds(name: string, row: HostileEvent, functions: Record<string, Definition>): Promise<boolean> {
  const definition = functions[row.function] as Definition;
  const bundle = await bundled(definition.handler);
  const event = join(folder, 'event.json');
  const text = JSON.stringify({ ...row.event(), bootstrapServers: broker.endpoint });
  await writeFile(event, text);
  for (const [variable, items] of Object.entries(row.items?.() ?? {}))
    await putAll(environment()[variable] ?? '', items);
  const before = await countLetters(admin);
  const cost = await invoke(bundle, event, definition, row);
  const letters = (await countLetters(admin)) - before;
  const boundMs = (definition.timeout / 4) * 1000 * (definition.memorySize / MB_PER_VCPU);
  const checks: Record<string, boolean> = {
    [`${letters} of ${row.letters} dead letters`]: letters === row.letters,
    [cost?.response?.error ?? 'nothing handed back']:
      cost !== undefined && !cost.response?.error && (cost.response?.batchItemFailures ?? []).length === 0,
    [`CPU ${Math.round(cost?.cpuMs ?? 0)} of ${Math.round(boundMs)} ms`]: (cost?.cpuMs ?? Infinity) <= boundMs,
    [`peak ${Math.round(cost?.peakMb ?? 0)} of ${definition.memorySize} MB`]:
      (cost?.peakMb ?? Infinity) <= definition.memorySize,
  };
  const ok = Object.values(checks).every(Boolean);
  const shown = Object.entries(checks).map(([what, held]) => (held ? what : `NOT ${what}`));
  const about = `event ${(text.length / 1e6).toFixed(1)} MB, ${Math.round(cost?.wallMs ?? 0)} ms here`;
  console.log(`${ok ? 'ok' : 'FAILED'}  ${row.function}: ${name}: ${[...shown, about].join('; ')}`);
  return ok;
}

/** @returns the invocation's cost; undefined if its process died */
function invoke(bundle: string, event: string, { timeout, memorySize }: Definition, row: HostileEvent) {
  const child = fork(join(import.meta.dirname, 'invoke.cjs'), [bundle, event, String(timeout)], {
    execArgv: [`--max-old-space-size=${memorySize}`],
    env: { ...environment(), ...row.environment },
    timeout: BOUND_MS,
    killSignal: 'SIGKILL',
  });
  return new Promise<Cost | undefined>((resolve) => {
    child.once('message', (cost) => resolve(cost as Cost));
    child.once('exit', (code, signal) => {
      if (code !== 0) console.error(`the process of the invocation ended with ${signal ?? `exit code ${code}`}`);
      resolve(undefined);
    });
  });
}

function environment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'dummy',
    AWS_SECRET_ACCESS_KEY: 'dummy',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_ENDPOINT_URL_RDS_DATA: database.dataApi.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: tables.server.endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    KAFKA_AUTH: 'none',
    HANDING_BACK: 'report',
    PROCESSED_TOPIC: 'processed-data-topic',
    ALERTS_TOPIC: 'alerts-topic',
    PRODUCED_MAX_BYTES: String(service.custom.maxMessageBytes.processed),
    DEAD_LETTER_TOPIC: 'raw-data-dlq',
    DEAD_LETTER_MAX_BYTES: String(service.custom.maxMessageBytes.deadLetter),
    TRIPS_TABLE: 'trips',
    WINDOWS_TABLE: 'windows',
    METRICS_TOPIC: 'product-metrics',
    GRACE_SECONDS: '10',
    ALLOWED_LATENESS_SECONDS: '86400',
    WINDOW_BUCKETS: '1',
    SPEED_LIMIT_KMH: '80',
    LOW_FUEL_PERCENT: '15',
    TEMPERATURE_MIN_C: '-10',
    TEMPERATURE_MAX_C: '40',
    DELAY_MINUTES: '15',
    TRIP_CACHE_SECONDS: '30',
    DATABASE_ARN: REFERENCE.resourceArn,
    DATABASE_SECRET_ARN: REFERENCE.secretArn,
    DATABASE_NAME: REFERENCE.database,
    GLUE_REGISTRY: 'none',
    SCHEMA_REGISTRY_URL: '',
  };
}

/** The functions of functions/…/functions.yml, by name. */
async function definitions(): Promise<Record<string, Definition>> {
  const texts = await Promise.all(globSync('functions/*/*.yml').map((file) => readFile(file, 'utf8')));
  const unknownTags = { logLevel: 'silent' } as const;
  return Object.assign({}, ...texts.map((text) => parse(text, unknownTags) as Record<string, Definition>));
}

/** Bundles a handler with the options of serverless.yml. */
async function bundled(handler: string): Promise<string> {
  const { outputFileExtension, ...options } = service.custom.esbuild;
  const [entry = ''] = handler.split('.');
  const outfile = join(folder, `${entry.replaceAll('/', '-')}${outputFileExtension}`);
  await build({ ...options, plugins: leaveOut, entryPoints: [`${entry}.ts`], outfile, logLevel: 'error' });
  return outfile;
}

async function prepareTopics(): Promise<void> {
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: environment()['DEAD_LETTER_MAX_BYTES'] ?? '' }];
  await createTopics(
    broker.endpoint,
    [...deadLetterTopics, 'product-metrics'].map((topic) => ({ topic, numPartitions: 3, configEntries })),
  );
}

async function putAll(table: string, items: Iterable<Item>): Promise<void> {
  for (const item of items) await tables.client.send(new PutItemCommand({ TableName: table, Item: item }));
}

async function prepareTables(): Promise<void> {
  await tables.create('trips', 'vehicleId:S');
  await tables.create('windows', 'id:S');
  await createSchema(database.postgres().endpoint);
}

async function countLetters(asked: Admin): Promise<number> {
  const ends = await Promise.all(deadLetterTopics.map((topic) => asked.fetchTopicOffsets(topic)));
  return ends.flat().reduce((sum, { high }) => sum + Number(high), 0);
}
