import { context, trace } from '@opentelemetry/api';
import { telemetry } from '#functions/fleet/telemetry.ts';
import { rdsSink } from '#functions/sinks/rds/sink.ts';
import { lambdaContext, mskEvent, type TestRecord, TRACE } from '#test/support/msk-event.ts';
import { type CollectedSpan, startCollector } from '#test/support/otlp-collector.ts';
import { batchHandler } from '../../batch-handler.ts';
import type { BatchFunction } from '../../kafka/batch.ts';
import type { RecordProducer } from '../../kafka/client/producer.ts';
import type { Message } from '../../kafka/message.ts';
import { inSendSpan, setTracer } from './calls.ts';

const READING = { vehicleId: 'V1', location: '12.97,77.59', speed: 50, timestamp: '2025-12-31T10:00:00Z' };
const [, TRACE_ID = '', PARENT_ID = ''] = TRACE.split('-');

let collector: Awaited<ReturnType<typeof startCollector>>;
let status = 200;
beforeEach(async () => {
  status = 200;
  collector = await startCollector(() => status);
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.endpoint;
});
afterEach(async () => {
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  untrace();
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
