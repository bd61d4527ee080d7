import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttributeValue, DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { jest } from '@jest/globals';
import { Client } from '@opensearch-project/opensearch';
import pg from 'pg';
import { alerts } from '#cli/alerts.ts';
import { type Command, runCommand } from '#cli/command.ts';
import { follow } from '#cli/follow.ts';
import { produce } from '#cli/produce.ts';
import { sql } from '#cli/sql.ts';
import { tail } from '#cli/tail.ts';
import { withAdmin } from '#cli/topic.ts';
import { dynamodbOf, kafkaOf, s3Of } from '#local/deploy/servers.ts';
import { type Stack, startStack } from '#local/stack.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { watchAlerts } from '#proof/latency/watch-alerts.ts';
import { watchDocuments } from '#proof/latency/watch-documents.ts';
import { watchTrips } from '#proof/latency/watch-trips.ts';
import { watchVehicles } from '#proof/latency/watch-vehicles.ts';
import { placesOf } from '#proof/places.ts';
import { reconcile } from '#proof/reconcile.ts';
import { syntheticWorld } from '#proof/world.fixture.ts';
import { eventually } from '../support/eventually.ts';
import { keepOnFailure } from '../support/kept-logs.ts';
import { REFERENCES, writeWorld } from '../support/report-world.ts';

const { world, facts } = syntheticWorld();
let root: string;
let stack: Stack;
let file: StackFile;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'report-'));
  keepOnFailure('logs', join(root, '.local', 'logs'));
  stack = await startStack({ stage: 'local', root, search: true });
  await writeWorld(stack.endpoints, world, metricsFile());
  await stack.recordDeployed({ references: REFERENCES, schemas: [] });
  file = await readStack(root);
});

afterAll(async () => {
  await stack?.stop();
  await rm(root, { recursive: true, force: true });
});

const metricsFile = () => join(root, 'metrics.json');
const places = () => {
  const { kafka, stores } = placesOf(stack.endpoints, REFERENCES);
  return { kafka, stores: { ...stores, file: { path: metricsFile() } } };
};
const report = () => reconcile({ ...facts, ...places() });

/** Runs a command on the stack of this test. */
async function run(make: (find: () => Promise<StackFile>) => Command<never>, ...args: string[]) {
  const out = jest.spyOn(console, 'log').mockImplementation(() => {});
  const err = jest.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const code = await runCommand(make(async () => file) as Command<Record<string, never>>, args);
    return { code, out: out.mock.calls.flat().join('\n'), err: err.mock.calls.flat().join('\n') };
  } finally {
    jest.restoreAllMocks();
  }
}
const any = (command: unknown) => command as (find: () => Promise<StackFile>) => Command<never>;

describe('reconcile', () => {
  test('a correct world on real servers has no findings', async () => {
    const found = await report();
    expect(found.findings).toEqual([]);
    expect(found.problems).toEqual([]);
    expect(found).toMatchObject({ ok: true, domains: { fleet: { read: 60, deadLettered: 6 } } });
    expect(found.latencyMs.s3?.samples).toBe(54);
  });

  test('no consumer group is left behind', async () => {
    await report();
    const { groups } = await withAdmin(kafkaOf(stack.endpoints, 'test'), (admin) => admin.listGroups());
    expect(groups).toEqual([]);
  });

  test('if a store does not answer, the report is not ok', async () => {
    const { kafka, stores } = places();
    const s3 = { ...stores.s3, bucket: 'another' };
    const found = await reconcile({ ...facts, kafka, stores: { ...stores, s3 } });
    expect(found.ok).toBe(false);
    expect(found.problems).toEqual([expect.stringMatching(/^s3 could not be read back: /)]);
  });
});

describe('commands', () => {
  test('produce prints where each line went, and tail shows it', async () => {
    const input = join(root, 'lines');
    await writeFile(input, 'Hello MSK\n{"a":1}\n');
    const produced = await run(any(produce), 'demo_topic', '--key', 'k9', input);
    expect(produced).toMatchObject({ code: 0, err: '' });
    expect(produced.out).toMatch(/^demo_topic-\d-\d+\ndemo_topic-\d-\d+$/);

    const shown = await run(any(tail), 'demo_topic', '--from', 'beginning', '--count', '6', '--timeout', '50');
    expect(shown.code).toBe(0);
    const [first, second] = produced.out.split('\n');
    expect(shown.out).toMatch(new RegExp(`^${first}  \\S+  k9  Hello MSK$`, 'm'));
    expect(shown.out).toMatch(new RegExp(`^${second}  \\S+  k9  \\{"a":1\\}$`, 'm'));
    expect(shown.out).toContain('base64://4=');
  });

  test('produce --whole produces the file as one record, without a key if none is given', async () => {
    const input = join(root, 'whole');
    await writeFile(input, 'two\nlines\n');
    const { out } = await run(any(produce), 'demo_topic', '--whole', input);
    const shown = await run(any(follow), out);
    expect(shown.out).toMatch(new RegExp(`^  ${out}  \\S+  -  two\\\\nlines\\\\n$`, 'm'));
  });

  test('an unknown topic is an error that lists the topics', async () => {
    const { code, err } = await run(any(produce), 'raw-data', '-');
    expect(code).toBe(2);
    expect(err).toContain('produce: no topic "raw-data"; the topics are alerts-topic, demo-dlq, demo_topic,');
  });

  test('the error for a missing file says how to produce a record from the command line', async () => {
    const { code, err } = await run(any(produce), 'demo_topic', '{"a":1}');
    expect(code).toBe(1);
    expect(err).toContain('to produce a record from the command line: echo');
  });

  test('tail --match shows only lines that contain the text', async () => {
    const input = join(root, 'haystack');
    await writeFile(input, 'hay\nneedle\nhay\n');
    const produced = await run(any(produce), 'demo_topic', '--key', 'k1', input);
    const options = ['--from', 'beginning', '--match', 'needle', '--count', '1', '--timeout', '50'];

    const shown = await run(any(tail), 'demo_topic', ...options);
    expect(shown.code).toBe(0);
    expect(shown.out.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^${produced.out.split('\n')[1]}  .*  needle$`)),
    ]);
  });

  test('tail exits with code 1 if too few records came before its timeout', async () => {
    expect(await run(any(tail), 'alerts-topic', '--count', '1', '--timeout', '1')).toMatchObject({ code: 1, out: '' });
  });

  test('tail shows why a record is a dead letter', async () => {
    const { out } = await run(any(tail), 'raw-data-dlq', '--from', 'beginning', '--count', '6', '--timeout', '50');
    expect(out).toMatch(
      /dead=NULL_VALUE \(the record has no value; processTelemetry on raw-data-topic-\d-\d+\) {2}headers=generated/,
    );
  });

  test('follow shows everything that was produced from a good record and stored', async () => {
    const { code, out } = await run(any(follow), 'raw-data-topic-0-0');
    expect(code).toBe(0);
    expect(out).toMatch(/^record\n {2}raw-data-topic-0-0 {2}2026-11-21T08:00:00\.000Z {2}V0 {2}\{"vehicleId":"V0"/);
    expect(out).toMatch(
      /produced\n {2}processed-data-topic-0-0 .* source=raw-data-topic-0-0\n {2}alerts-topic-0-0 .*raw-data-topic-0-0\/Speeding/,
    );
    expect(out).toMatch(
      /s3\n {2}raw-data-topic-0-0 {2}s3:\/\/archive\/raw-data-topic\/dt=2026-11-21\/hour=08\/0-0{20}\.ndjson\.gz line 1\n {2}processed-data-topic-0-0/,
    );
    expect(out).toMatch(/rds\n {2}readings {2}\{.*"raw-data-topic-0-0".*\n {2}alerts {2}\{.*raw-data-topic-0-0\/Delay/);
    expect(out).toMatch(/dynamodb\n {2}vehicles {2}\{.*\} {2}\(a newer one\)/);
    expect(out).toMatch(/opensearch\n {2}alerts-2026\.11 {2}\{.*raw-data-topic-0-0\/Delay/);
  });

  test('follow shows a dead letter, and starts from the source of a produced record', async () => {
    const bad = world.topics['raw-data-topic'].records.find(({ value }) => value === null);
    const { out } = await run(any(follow), `raw-data-topic-${bad?.partition}-${bad?.offset}`);
    expect(out).toMatch(/produced\n {2}raw-data-dlq-\d-\d .*dead=NULL_VALUE/);
    expect(out).toMatch(/rds\n {2}-\n/);
    expect((await run(any(follow), 'processed-data-topic-0-0')).out).toMatch(
      /^processed-data-topic-0-0 came from raw-data-topic-0-0\nrecord/,
    );
  });

  test('follow exits with code 1 if nothing is found', async () => {
    expect((await run(any(follow), 'raw-data-topic-0-99999')).code).toBe(1);
    expect((await run(any(follow), 'nonsense')).code).toBe(2);
  });

  test('sql prints a table, or JSON', async () => {
    const query = 'select alert, count(*) from alerts group by alert order by alert';
    const { out } = await run(any(sql), query);
    expect(out).toMatch(/^alert +\| count\n-+\+-+\nDelay +\| +\d+\n/);
    const json = await run(any(sql), '--json', query);
    expect(JSON.parse(json.out)[0]).toMatchObject({ alert: 'Delay' });
  });

  test('sql prints the error of PostgreSQL', async () => {
    expect(await run(any(sql), 'select * from reading')).toMatchObject({
      code: 1,
      err: 'sql: relation "reading" does not exist',
    });
  });
});

describe('live samples', () => {
  test('a new alert is recorded with its source and time', async () => {
    const watch = await watchAlerts({ brokers: stack.endpoints.kafka });
    const producer = kafkaOf(stack.endpoints, 'test').producer();
    await producer.connect();
    const before = Date.now();
    const headers = { source: 'raw-data-topic-0-0/Speeding' };
    await producer.send({ topic: 'alerts-topic', messages: [{ value: '{}', headers }] });
    await producer.disconnect();
    await eventually(() => watch.seen(), { what: 'the alert' });
    const samples = await watch.stop();
    expect(samples).toEqual([{ source: headers.source, arrived: expect.any(Number) }]);
    expect(samples[0]?.arrived).toBeGreaterThanOrEqual(before);
    expect(samples[0]?.arrived).toBeLessThanOrEqual(Date.now());
  });

  test('a changed item is recorded', async () => {
    const table = 'vehicles';
    const watch = watchVehicles({ endpoint: stack.endpoints.dynamodb, table });
    const dynamodb = dynamodbOf(stack.endpoints);
    const before = Date.now();
    let changes = 0;
    const change = async () => {
      changes += 1;
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { vehicleId: { S: 'V1' } },
          UpdateExpression: 'SET #source = :source',
          ExpressionAttributeNames: { '#source': 'source' },
          ExpressionAttributeValues: { ':source': { S: `raw-data-topic-1-${changes}` } },
        }),
      );
    };
    // The first read records nothing: change the item until two changes are recorded.
    await eventually(() => change().then(() => watch.seen() > 1), { what: 'two recorded changes' });
    const samples = await watch.stop();
    dynamodb.destroy();
    const seen = samples.map(({ source }) => Number(source.replace('raw-data-topic-1-', '')));
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBeLessThanOrEqual(changes);
    expect(samples[0]?.seen).toBeGreaterThanOrEqual(before);
  });
});

test('a new trip is recorded once, and so is its end', async () => {
  const watch = watchTrips({ endpoint: stack.endpoints.dynamodb, table: 'trips' });
  const seen = (count: number) =>
    eventually(() => watch.seen() >= count, { what: `${count} recorded trips`, seen: () => watch.seen() });
  const dynamodb = dynamodbOf(stack.endpoints);
  const put = (item: Record<string, AttributeValue>) =>
    dynamodb.send(new PutItemCommand({ TableName: 'trips', Item: { vehicleId: { S: 'V9' }, ...item } }));
  await seen(world.dynamodb.trips.length);
  const before = Date.now();
  await put({ tripId: { S: 'T9' }, version: { S: '1' } });
  await seen(world.dynamodb.trips.length + 1);
  await put({ deleted: { BOOL: true }, version: { S: '2' } });
  await seen(world.dynamodb.trips.length + 2);
  const own = (await watch.stop()).filter(({ vehicleId }) => vehicleId === 'V9');
  await dynamodb.send(new DeleteItemCommand({ TableName: 'trips', Key: { vehicleId: { S: 'V9' } } }));
  dynamodb.destroy();

  expect(own.map(({ tripId }) => tripId)).toEqual(['T9', undefined]);
  expect(own[0]?.seen).toBeGreaterThanOrEqual(before);
}, 60_000);

test('alerts prints a table, counts, or JSON', async () => {
  const since = ['--since', '2026-11-21T00:00:00Z'];
  const { out } = await run(any(alerts), '--vehicle', 'V0', '--kind', 'Speeding', '--limit', '2', ...since);
  expect(out).toMatch(/^time +\| vehicle \| alert .*\n[-+]+\n2026-11-21T08:00:\S+ +\| V0 +\| Speeding \| 85\.5 /);
  expect(out).toMatch(/\n2 of \d+ alerts are shown; --limit N shows more$/);

  const counted = await run(any(alerts), '--by', 'kind', '--json', ...since);
  expect(Object.keys(JSON.parse(counted.out)).toSorted()).toEqual(['Delay', 'LowFuel', 'Speeding', 'Temperature']);
  expect(await run(any(alerts), '--by', 'colour')).toMatchObject({ code: 2 });
});

test('a new document is recorded once', async () => {
  const client = new Client({ node: stack.endpoints.opensearch });
  const watch = watchDocuments({ endpoint: stack.endpoints.opensearch });
  const ids: string[] = [];
  const create = async () => {
    const id = `raw-data-topic-0-${9_000 + ids.length}/Speeding`;
    ids.push(id);
    const document = { source: id, vehicleId: 'V0', alert: 'Speeding', eventTime: new Date().toISOString() };
    await client.create({ index: 'alerts-2026.11', id, body: document });
    return id;
  };
  const before = Date.now();
  // The first search records nothing: create documents until one is recorded, then create one more.
  await eventually(async () => (await create()) && watch.seen() > 0, { what: 'a recorded document' });
  const last = await create();
  const refreshed = async () => {
    const { body } = await client.search({ index: 'alerts-2026.11', body: { query: { term: { source: last } } } });
    return body.hits.hits.length > 0;
  };
  await eventually(refreshed, { what: 'the last document in a search' });
  const seen = watch.seen();
  await eventually(async () => (await create()) && watch.seen() > seen, { what: 'a later recorded document' });
  const samples = await watch.stop();
  for (const id of ids) await client.delete({ index: 'alerts-2026.11', id });
  await client.close();

  const sources = samples.map(({ source }) => source);
  expect(new Set(sources).size).toBe(sources.length);
  expect(sources).toContain(last);
  expect(samples[0]?.seen).toBeGreaterThanOrEqual(before);
});

/** The last test on these stores, because it doesn't undo its changes. */
test('removed and changed data in real stores are found', async () => {
  const { s3, rds } = placesOf(stack.endpoints, REFERENCES).stores;
  const objects = s3Of(stack.endpoints);
  const listed = await objects.send(new ListObjectsV2Command({ Bucket: s3.bucket, Prefix: 'alerts-topic/' }));
  await objects.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key: listed.Contents?.[0]?.Key }));
  const client = new pg.Client({ connectionString: rds.postgres });
  await client.connect();
  await client.query(`DELETE FROM readings WHERE source = 'raw-data-topic-0-0'`);
  await client.query(`UPDATE alerts SET detail = '{}' WHERE source = 'raw-data-topic-0-0/Speeding'`);
  await client.end();
  const dynamodb = dynamodbOf(stack.endpoints);
  await dynamodb.send(new DeleteItemCommand({ TableName: 'trips', Key: { vehicleId: { S: 'V2' } } }));
  dynamodb.destroy();

  const search = new Client({ node: stack.endpoints.opensearch });
  await search.delete({ index: 'alerts-2026.11', id: 'raw-data-topic-0-0/Speeding' });
  await search.close();

  const found = await report();
  const groups = new Map(found.findings.map(({ place, kind, first }) => [`${place} ${kind}`, first[0]?.id]));
  expect(found.ok).toBe(false);
  expect(groups.get('s3 alerts-topic lost')).toMatch(/^alerts-topic-\d-\d+$/);
  expect(groups.get('rds readings lost')).toBe('raw-data-topic-0-0');
  expect(groups.get('rds alerts different')).toBe('raw-data-topic-0-0/Speeding');
  expect(groups.get('dynamodb trips lost')).toBe('V2');
  expect(groups.get('opensearch alerts lost')).toBe('raw-data-topic-0-0/Speeding');
});

test('without a running stack, a command prints one line and exits with code 1', async () => {
  const command = join(import.meta.dirname, '../../cli/sql.ts');
  const source = `import { runCommand } from ${JSON.stringify(join(command, '../command.ts'))};
    import { sql } from ${JSON.stringify(command)};
    import { readStack } from ${JSON.stringify(join(command, '../../local/stack-file.ts'))};
    process.exit(await runCommand(sql(() => readStack(${JSON.stringify(join(root, 'empty'))})), ['select 1']));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source]);
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, err }).toEqual({ code: 1, err: 'sql: no running stack: start one with `npm start`\n' });
});
