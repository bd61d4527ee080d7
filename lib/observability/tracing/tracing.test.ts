import { jest } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { telemetry } from '#functions/fleet/telemetry.ts';
import { rdsSink } from '#functions/sinks/rds/sink.ts';
import { plenty } from '#test/support/deadlines.ts';
import { lambdaContext, mskEvent, type TestRecord, TRACE } from '#test/support/msk-event.ts';
import { type CollectedSpan, KIND, startCollector } from '#test/support/otlp-collector.ts';
import { batchHandler } from '../../batch-handler.ts';
import { TransientError } from '../../errors.ts';
import type { BatchFunction } from '../../kafka/batch.ts';
import type { RecordProducer } from '../../kafka/client/producer.ts';
import type { Message } from '../../kafka/message.ts';
import { inSendSpan, setTracer } from '../../spans.ts';
import { storeCall } from '../../stores/call.ts';
import { startTracing } from './tracing.ts';

const CALL = { store: 'WINDOWS', deadline: plenty, timeoutMs: 1_000 };

const READING = { vehicleId: 'V1', location: '12.97,77.59', speed: 50, timestamp: '2025-12-31T10:00:00Z' };
const [, TRACE_ID = '', PARENT_ID = ''] = TRACE.split('-');

let collector: Awaited<ReturnType<typeof startCollector>>;
let status = 200;
const saved = { ...process.env };
beforeEach(async () => {
  status = 200;
  collector = await startCollector(() => status);
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.endpoint;
});
afterEach(async () => {
  untrace();
  process.env = { ...saved };
  sent.length = 0;
  await collector.stop();
});

/** As in another process. */
function untrace() {
  setTracer(undefined);
  trace.disable();
  context.disable();
}

const sent: Message[] = [];
const producer: RecordProducer = {
  send: (_, messages) =>
    inSendSpan(messages, async () => {
      sent.push(...messages);
      return [];
    }),
  close: async () => undefined,
};

function handlerOf(name: string, work: BatchFunction) {
  return batchHandler({ function: name, handingBack: 'report', producer, deadLetterTopicOf: () => 'dlq' }, work);
}

const processTelemetry = () =>
  handlerOf(
    'processTelemetry',
    telemetry({
      producer,
      trips: { of: async () => new Map() },
      thresholds: {
        SPEED_LIMIT_KMH: 80,
        LOW_FUEL_PERCENT: 15,
        TEMPERATURE_MIN_C: -10,
        TEMPERATURE_MAX_C: 40,
        DELAY_MINUTES: 15,
      },
      topics: { processed: 'processed-data-topic', alerts: 'alerts-topic' },
    }),
  );

const insertIntoRds = () =>
  handlerOf('insertIntoRds', (batch) =>
    rdsSink({ open: () => ({ execute: async () => ({ $metadata: {} }) }) }).write(batch),
  );

/** The records that were sent, as the next function gets them. */
const received = (): TestRecord[] =>
  sent.splice(0).map(({ topic, key, value, headers }) => ({
    topic,
    key,
    value,
    headerList: headers.map((header) => ({ name: header.name, value: Buffer.from(String(header.value)) })),
  }));

const text = ({ service, name }: CollectedSpan) => `${service}: ${name}`;
const find = (what: string, traceId = TRACE_ID) =>
  collector.spans.find((span) => text(span) === what && span.traceId === traceId);

test("a reading's way through a function and a sink is one trace", async () => {
  await processTelemetry()(mskEvent([{ value: READING, headers: { traceparent: TRACE } }]), lambdaContext());
  const next = received();
  untrace();
  await insertIntoRds()(mskEvent(next), lambdaContext());

  const own = collector.spans.filter(({ traceId }) => traceId === TRACE_ID);
  expect(own.map(text).toSorted()).toEqual([
    'insertIntoRds: DATABASE INSERT',
    'insertIntoRds: process processed-data-topic',
    'processTelemetry: process raw-data-topic',
    'processTelemetry: send processed-data-topic',
  ]);
  const processed = find('processTelemetry: process raw-data-topic');
  expect(processed?.parentSpanId).toBe(PARENT_ID);
  expect(find('processTelemetry: send processed-data-topic')?.parentSpanId).toBe(processed?.spanId);
  const inserting = find('insertIntoRds: process processed-data-topic');
  expect(inserting?.parentSpanId).toBe(processed?.spanId);
  expect(find('insertIntoRds: DATABASE INSERT')?.parentSpanId).toBe(inserting?.spanId);
});

test('the batch has a span of its own, with links to the traces of its records', async () => {
  const headers = { traceparent: TRACE };
  const values = [{ value: READING }, { value: READING, headers }, { value: { ...READING, speed: 'x' } }];
  await processTelemetry()(mskEvent(values), lambdaContext());

  const batch = collector.spans.find(({ attributes }) => attributes['messaging.batch.message_count'] === '3');
  expect(batch).toMatchObject({
    service: 'processTelemetry',
    name: 'process raw-data-topic',
    kind: KIND.consumer,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'raw-data-topic',
      'faas.trigger': 'pubsub',
      'faas.invocation_id': '00000000-0000-0000-0000-000000000000',
      'faas.coldstart': true,
    },
    links: [{ traceId: TRACE_ID, spanId: PARENT_ID }],
    status: { code: 0 },
  });
  const inBatch = collector.spans.filter(({ traceId }) => traceId === batch?.traceId);
  expect(inBatch.map(text).toSorted()).toEqual([
    'processTelemetry: process raw-data-topic',
    'processTelemetry: send dlq',
    'processTelemetry: send processed-data-topic',
  ]);
  expect(collector.spans).toHaveLength(inBatch.length + 2);
  expect(collector.requests).toEqual(['POST /v1/traces application/json']);
  for (const { startTimeUnixNano: start, endTimeUnixNano: end } of collector.spans) {
    expect(Math.abs(Number(BigInt(start) / 1_000_000n) - Date.now())).toBeLessThan(5_000);
    expect(BigInt(end)).toBeGreaterThanOrEqual(BigInt(start));
  }
});

test.each(['00-0-0-01', `${TRACE}x`, TRACE.replace(/01$/, '00'), 'secret'])(
  'a record with the traceparent %s has no span',
  async (traceparent) => {
    await processTelemetry()(mskEvent([{ value: READING, headers: { traceparent } }]), lambdaContext());

    expect(collector.spans.map(text).toSorted()).toEqual([
      'processTelemetry: process raw-data-topic',
      'processTelemetry: send processed-data-topic',
    ]);
    expect(collector.spans.map(({ links }) => links)).toEqual([[], []]);
  },
);

test('a failed record says so in its span; its error code is there, and nothing of its value', async () => {
  const value = { ...READING, location: 'secret place' };
  await processTelemetry()(mskEvent([{ value, headers: { traceparent: TRACE } }]), lambdaContext());

  const failed = { status: { code: 2 }, attributes: { 'error.type': 'LOCATION' } };
  expect(find('processTelemetry: process raw-data-topic')).toMatchObject(failed);
  expect(JSON.stringify(collector.spans)).not.toContain('secret');
});

test('a batch of many traced records has spans for the first 32', async () => {
  const many = Array.from({ length: 500 }, () => ({ value: READING, headers: { traceparent: TRACE } }));
  await processTelemetry()(mskEvent(many), lambdaContext());

  expect(collector.spans).toHaveLength(2 + 2 * 32);
  const next = received().map(({ headerList }) =>
    String(headerList?.find(({ name }) => name === 'traceparent')?.value),
  );
  expect(next.filter((traceparent) => traceparent === TRACE)).toHaveLength(500 - 32);
});

describe('a collector that fails', () => {
  const event = () => mskEvent([{ value: READING, headers: { traceparent: TRACE } }]);

  /** Runs batches. @returns how long they took, in ms, and what was logged */
  async function batches(count: number) {
    process.env['POWERTOOLS_DEV'] = 'true';
    process.env['POWERTOOLS_LOG_LEVEL'] = 'WARN';
    const log = jest.spyOn(console, 'warn').mockReturnValue();
    const handler = processTelemetry();
    const began = performance.now();
    for (let i = 0; i < count; i += 1)
      expect(await handler(event(), lambdaContext())).toEqual({ batchItemFailures: [] });
    const logged = log.mock.calls.map(([line]) => JSON.parse(String(line)) as object);
    log.mockRestore();
    return { ms: performance.now() - began, logged };
  }
  const failure = (reason: string) => [expect.objectContaining({ message: 'traces are not exported', reason })];

  test('an error is logged once, and hurts no batch', async () => {
    status = 503;
    expect((await batches(3)).logged).toEqual(failure('the collector answered 503'));
    expect(collector.requests).toHaveLength(1);
  });

  test('one that hangs holds up one batch for half a second', async () => {
    status = 0;
    const { ms, logged } = await batches(3);

    expect(logged).toEqual(failure('no answer within 500 ms'));
    expect(ms).toBeGreaterThan(450);
    expect(ms).toBeLessThan(1_000);
  });

  test('no collector there, or a wrong URL', async () => {
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = 'http://127.0.0.1:1';
    expect((await batches(2)).logged).toEqual(failure('connect ECONNREFUSED 127.0.0.1:1'));
    untrace();
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = 'collector:4318';
    expect((await batches(2)).logged).toEqual(failure('OTEL_EXPORTER_OTLP_ENDPOINT is no http:// or https:// URL'));
  });
});

test('a function on a schedule has a span, with its sends and calls below', async () => {
  const spans = startTracing('closeWindows');
  const invoked = { requestId: 'r', deadline: plenty };
  await spans?.scheduled(invoked, () => storeCall({ ...CALL, operation: 'PutItem' }, async () => undefined));
  const failing = spans?.scheduled(invoked, () => Promise.reject(new TransientError('METRICS', 'secret')));
  await expect(failing).rejects.toThrow('secret');

  const [call, first, failed] = collector.spans;
  expect(first).toMatchObject({ name: 'closeWindows', kind: KIND.server, attributes: { 'faas.trigger': 'timer' } });
  expect(call).toMatchObject({ name: 'DYNAMODB PutItem', kind: KIND.client, parentSpanId: first?.spanId });
  expect(failed).toMatchObject({
    status: { code: 2 },
    attributes: { 'error.type': 'METRICS', 'faas.coldstart': false },
  });
  expect(JSON.stringify(collector.spans)).not.toContain('secret');
});

test('without a collector there are no spans, and the traceparent is passed on as it came', async () => {
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = '';
  await processTelemetry()(mskEvent([{ value: READING, headers: { traceparent: TRACE } }]), lambdaContext());

  expect(received()[0]?.headerList).toContainEqual({ name: 'traceparent', value: Buffer.from(TRACE) });
  expect(collector.requests).toEqual([]);
});

test('a tracer provider that is registered before, as by the layer of ADOT, gets the spans instead', async () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  await processTelemetry()(mskEvent([{ value: READING, headers: { traceparent: TRACE } }]), lambdaContext());

  const own = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === TRACE_ID);
  expect(own.map(({ name }) => name).toSorted()).toEqual(['process raw-data-topic', 'send processed-data-topic']);
  expect(own.find(({ name }) => name === 'process raw-data-topic')?.parentSpanContext?.spanId).toBe(PARENT_ID);
  expect(collector.requests).toEqual([]);
});
