import type { Context } from 'aws-lambda';
import { type Deadline, within } from '#lib/deadline.ts';
import type { Batch } from '#lib/kafka/batch.ts';
import type { MskEvent, MskEventRecord } from '#lib/kafka/event.ts';
import type { Header } from '#lib/kafka/headers.ts';
import { partitionsOf } from '#lib/kafka/records.ts';
import { plenty } from './deadlines.ts';

export interface TestRecord {
  topic?: string;
  partition?: number;
  offset?: number;
  timestamp?: number;
  key?: string | Buffer | null;
  value?: string | Buffer | object | null | undefined;
  headers?: Record<string, string | Buffer>;
  /** instead of `headers`, if names repeat or their order matters */
  headerList?: readonly Header[];
}

/** 2026-01-01T00:00:00Z: the default Kafka timestamp of a test record. */
export const KAFKA_TIME = Date.UTC(2026, 0, 1);

/** The trace of a test record: an example from the W3C standard Trace Context. */
export const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Makes an MSK event for tests and samples. In each partition, a record without an offset gets the next one. */
export function mskEvent(records: TestRecord[], defaults: TestRecord = {}): MskEvent {
  const event: MskEvent = {
    eventSource: 'aws:kafka',
    eventSourceArn: 'arn:aws:kafka:us-east-1:123456789012:cluster/pipeline/11111111-2222-3333-4444-555555555555-6',
    bootstrapServers: 'b-1.pipeline.example.com:9098,b-2.pipeline.example.com:9098',
    records: {},
  };
  for (const record of records) {
    const raw = toEventRecord({ ...defaults, ...record });
    const partition = `${raw.topic}-${raw.partition}`;
    event.records[partition] ??= [];
    const before = event.records[partition].at(-1);
    if (record.offset === undefined && before) raw.offset = before.offset + 1;
    event.records[partition].push(raw);
  }
  return event;
}

function toEventRecord({ key, value, headers, ...rest }: TestRecord): MskEventRecord {
  const bytes = (data: TestRecord['value']) =>
    Buffer.isBuffer(data) ? data : Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
  const headerList =
    rest.headerList ?? Object.entries(headers ?? {}).map(([name, data]) => ({ name, value: bytes(data) }));
  const signed = (data: Buffer | null) => data && [...new Int8Array(data)];
  return {
    topic: rest.topic ?? 'raw-data-topic',
    partition: rest.partition ?? 0,
    offset: rest.offset ?? 0,
    timestamp: rest.timestamp ?? KAFKA_TIME,
    timestampType: 'CREATE_TIME',
    ...(key === undefined || key === null ? {} : { key: bytes(key).toString('base64') }),
    value: value === null || value === undefined ? null : bytes(value).toString('base64'),
    headers: headerList.map(({ name, value: data }) => ({ [name]: signed(data) as number[] })),
  };
}

/** @param deadline of the batch: a deadline, or ms from now */
export function batchOfRecords(
  records: TestRecord[],
  defaults: TestRecord = {},
  deadline: Deadline | number = plenty,
): Batch {
  const event = mskEvent(records, defaults);
  return {
    partitions: partitionsOf(event),
    bootstrapServers: event.bootstrapServers,
    deadline: typeof deadline === 'number' ? within(deadline) : deadline,
  };
}

/** A Lambda context with this much time left. */
export function lambdaContext(remainingMs = 30_000): Context {
  const end = Date.now() + remainingMs;
  return {
    functionName: 'test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:test',
    awsRequestId: '00000000-0000-0000-0000-000000000000',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => end - Date.now(),
  } as Context;
}
