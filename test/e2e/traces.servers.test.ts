import { type Checkout, copyCheckout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { npmRun } from '../support/npm.ts';
import { type CollectedSpan, KIND, startCollector } from '../support/otlp-collector.ts';

let checkout: Checkout;
let collector: Awaited<ReturnType<typeof startCollector>>;
beforeAll(async () => {
  collector = await startCollector();
  checkout = await copyCheckout();
  const run = checkout.start(['--only', 'fleet', '--vehicles', '10', '--otlp', collector.endpoint]);
  await run.says(/all mappings poll/);
}, 600_000);
afterAll(async () => {
  await checkout?.remove();
  await collector?.stop();
});

const npm = (script: string, ...args: readonly string[]) => npmRun(checkout, script, args);
const produce = async (reading: object) => (await npmRun(checkout, 'produce', ['raw-data-topic'], reading)).trim();
const text = ({ service, name }: CollectedSpan) => `${service}: ${name}`;

/** The way of a reading with an alert: span, and the span above it. */
const WAY = {
  'produce: send raw-data-topic': undefined,
  'processTelemetry: process raw-data-topic': 'produce: send raw-data-topic',
  'processTelemetry: send processed-data-topic': 'processTelemetry: process raw-data-topic',
  'processTelemetry: send alerts-topic': 'processTelemetry: process raw-data-topic',
  'archiveToS3: process raw-data-topic': 'produce: send raw-data-topic',
  ...way('archiveToS3', 'S3 PutObject', ['processed-data-topic', 'alerts-topic']),
  ...way('insertIntoRds', 'DATABASE INSERT', ['processed-data-topic', 'alerts-topic']),
  ...way('upsertIntoDynamodb', 'DYNAMODB BatchExecuteStatement', ['processed-data-topic', 'alerts-topic']),
  ...way('indexAlerts', 'OPENSEARCH bulk', ['alerts-topic']),
};

function way(sink: string, call: string, topics: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    topics.flatMap((topic) => [
      [`${sink}: process ${topic}`, 'processTelemetry: process raw-data-topic'],
      [`${sink}: ${call}`, `${sink}: process`],
    ]),
  );
}

test("a reading's way from its producer to the four stores is one trace", async () => {
  const source = await produce({ vehicleId: 'T1', location: '12.97,77.59', speed: 85, timestamp: new Date() });

  const first = () => collector.spans.find((span) => text(span) === 'produce: send raw-data-topic');
  const own = () => collector.spans.filter(({ traceId }) => traceId === first()?.traceId);
  const missing = () => Object.keys(WAY).filter((name) => !own().some((span) => text(span) === name));
  await eventually(async () => missing().length === 0, {
    what: 'all spans of the trace',
    boundMs: 120_000,
    seen: missing,
  });

  const byId = new Map(own().map((span) => [span.spanId, span]));
  for (const span of own()) {
    const above = byId.get(span.parentSpanId ?? '');
    expect(`${text(span)} below ${above && text(above)}`).toContain(
      `${text(span)} below ${WAY[text(span) as keyof typeof WAY]}`,
    );
  }
  const stores = own().filter(({ kind }) => kind === KIND.client);
  expect(new Set(stores.map(({ attributes }) => attributes['db.system.name'] ?? attributes['rpc.service']))).toEqual(
    new Set(['S3', 'postgresql', 'aws.dynamodb', 'opensearch']),
  );
  expect(await npm('follow', source)).toContain(first()?.traceId);
}, 300_000);

test('npm run logs finds the dead letter of a record by its trace, its function and its level', async () => {
  const source = await produce({ vehicleId: 'T2', location: 'nowhere', timestamp: new Date() });
  const trace = (await npm('follow', source)).match(/^trace\n {2}([0-9a-f]{32})$/m)?.[1] ?? '';
  const own = () => collector.spans.filter(({ traceId }) => traceId === trace).map(text);
  const isDead = async () => own().includes('processTelemetry: send raw-data-dlq');
  await eventually(isDead, { what: 'the span of the dead letter', boundMs: 120_000, seen: own });
  expect(
    collector.spans.find((span) => span.traceId === trace && text(span) === 'processTelemetry: process raw-data-topic'),
  ).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'LOCATION' } });

  const found = await npm('logs', '--trace', trace);

  expect(found).toMatch(/^\S+Z {2}WARN {6}processTelemetry {2}dead letter {2}.*\n$/);
  for (const field of [`trace.id=${trace}`, `record=${source}`, 'error.code=LOCATION'])
    expect(found).toContain(`  ${field}`);
  expect(await npm('logs', '--function', 'processTelemetry', '--since', '5m', '--level', 'warn')).toContain(found);
  await expect(npm('logs', '--function', 'processTelemetry', '--level', 'error')).rejects.toMatchObject({ code: 1 });
  await expect(npm('logs', '--function', 'processOrder', '--trace', trace)).rejects.toMatchObject({ code: 1 });
}, 300_000);
