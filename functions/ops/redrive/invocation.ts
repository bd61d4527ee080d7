import type { MskEvent, MskEventRecord } from '#lib/kafka/event.ts';
import { type Coordinates, type KafkaRecord, partitionsOf } from '#lib/kafka/records.ts';
import { withoutRedrive } from '#lib/kafka/redrive.ts';
import { type Letter, pastOf } from './refused.ts';

/** What Lambda writes to a mapping's on-failure destination (Lambda guide, "Capturing discarded batches"). */
export interface Invocation {
  readonly function: string;
  /** why the mapping gave the records up */
  readonly code: string;
  /** ms since the epoch, of the end */
  readonly timestamp: number;
  /** how many records the batch had; NaN if that isn't said */
  readonly batchSize: number;
  readonly ranges: readonly Range[];
  /** the records themselves: S3 and Kafka topics get them, SQS and SNS don't */
  readonly letters: readonly Letter[] | undefined;
}

/** Records of a partition, from the first to the last offset. The times are ms since the epoch, NaN if not known. */
export interface Range {
  readonly topic: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly firstTime: number;
  readonly lastTime: number;
}

interface Written {
  requestContext?: { functionArn?: unknown; condition?: unknown };
  timestamp?: unknown;
  KafkaBatchInfo?: { batchSize?: unknown; recordsInfo?: Record<string, Record<string, unknown>> };
  payload?: unknown;
}

/** Reads what Lambda wrote; undefined if it is something else. */
export function invocationOf(written: unknown): Invocation | undefined {
  const { requestContext: context, timestamp, KafkaBatchInfo: batch, payload } = Object(written) as Written;
  const name = functionOf(context?.functionArn);
  if (name === undefined) return undefined;
  const code = String(context?.condition);
  const letters = payload === undefined ? undefined : lettersOf(payload, name, code);
  const ranges = Object.entries(Object(batch?.recordsInfo) as Record<string, Record<string, unknown>>).map(rangeOf);
  if (letters === undefined && (ranges.length === 0 || ranges.includes(undefined))) return undefined;
  return {
    function: name,
    code,
    timestamp: Date.parse(String(timestamp)),
    batchSize: Number(batch?.batchSize),
    ranges: ranges.filter((range) => range !== undefined),
    letters,
  };
}

/** `payload` is an MSK event: as text in S3, as an object in a topic. */
function lettersOf(payload: unknown, name: string, code: string): Letter[] | undefined {
  try {
    const event = (typeof payload === 'string' ? JSON.parse(payload) : payload) as MskEvent;
    const raw = new Map(Object.values(event.records).flatMap((own) => own.map((one) => [placeOf(one), one])));
    return partitionsOf(event).flatMap(({ records }) =>
      records.map((record) => letterOf(record, raw.get(placeOf(record)), name, code)),
    );
  } catch {
    return undefined;
  }
}

const placeOf = ({ topic, partition, offset }: Coordinates) => `${topic} ${partition} ${offset}`;

function letterOf(record: KafkaRecord, raw: MskEventRecord | undefined, name: string, code: string): Letter {
  const { topic, partition, offset, key, value, headers } = record;
  const from = { topic, partition, offset };
  const isDecoded = (raw?.keySchemaMetadata ?? raw?.valueSchemaMetadata) !== undefined;
  return {
    from,
    ...pastOf(from, headers),
    function: name,
    code,
    message: 'the mapping gave the record up',
    // The function had worked on the record's batch, and may have failed because of another record.
    mayHaveResults: true,
    // A mapping with a schema registry removes the schema's id, which the record in the topic has.
    ...(isDecoded
      ? { truncated: 'Lambda decoded it by its schema' }
      : { content: { key, value, headers: withoutRedrive(headers) } }),
  };
}

function rangeOf([name, info]: [string, Record<string, unknown>]): Range | undefined {
  const [, topic = '', partition] = /^(.+)-(\d+)$/.exec(name) ?? [];
  const [first, last] = [Number(info['firstRecordOffset']), Number(info['lastRecordOffset'])];
  const [firstTime, lastTime] = ['firstRecordTimestamp', 'lastRecordTimestamp'].map((own) =>
    Date.parse(String(info[own])),
  ) as [number, number];
  if (partition === undefined || !(first >= 0 && Number.isSafeInteger(last) && first <= last)) return undefined;
  return { topic, partition: Number(partition), first, last, firstTime, lastTime };
}

/** `…:function:msk-pipeline-dev-processOrder:$LATEST` -> `processOrder`: the framework's names end in the function's. */
function functionOf(arn: unknown): string | undefined {
  return /:function:[\w-]*?(\w+)(?::[\w$]+)?$/.exec(String(arn))?.[1];
}
