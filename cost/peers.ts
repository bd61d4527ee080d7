import { DOMAINS, type Domain, type Part, type Running, runningAt, type Stage, usesOfAMillion } from './domain.ts';
import { batchMs } from './lambda.ts';
import { HOURS_A_MONTH, SECONDS_A_MONTH, sumOf, type Uses, usd, usdAMonth, usdOf } from './prices.ts';
import { count } from './text.ts';
import { workOf } from './uses.ts';

/** Assumptions about the peers. Measure your own job before you decide by them. */
export const MCU_BYTES = 5e6;
export const KPU_RECORDS = 10_000;
/** of running storage, billed with each KPU */
export const KPU_STORAGE_GB = 50;

/** Direct PUT bills each record as a multiple of this. */
const PUT_BYTES = 5_000;
/** Firehose's largest buffer for a transform. */
const TRANSFORM_BYTES = 3e6;

/** A part of the job, here and at a peer, in USD a month. The stores' own prices are the same on both sides. */
export interface Compared {
  job: string;
  here: number;
  peer: string;
  peerUsd: number;
  arithmetic: string;
}

const processing = new Set(['processTelemetry', 'processOrder', 'processLogin', 'aggregateOrders']);
const isProcessing = ({ name }: Part) => processing.has(name);
const isArchive = ({ name }: Part) => name === 'archiveToS3';
const isSink = (part: Part) => part.name !== 'Kafka' && !isProcessing(part);

export function peersOf(stage: Stage, domain: Domain, rate: number): Compared[] {
  const parts = usesOfAMillion(stage, domain, rate);
  const here = (wanted: (part: Part) => boolean) =>
    (usdOf(sumOf(parts.filter(wanted).map(withoutStores))) * rate * SECONDS_A_MONTH) / 1e6;
  const running = runningAt(stage, domain, rate, true);
  const topics: readonly string[] = DOMAINS[domain].topics;
  const archived = running.filter(({ mapping }) => mapping.function === 'archiveToS3');
  const gb = gbAMonth(archived.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0));
  const sinks = Map.groupBy(
    running.filter(({ mapping }) => !processing.has(mapping.function)),
    ({ mapping }) => mapping.function,
  );
  const mcus = [...sinks.values()].reduce((sum, own) => sum + unitsOf(own), 0);
  const compared: Compared[] = [
    {
      job: `archive of the topics (${topics.length}) in S3`,
      here: here(isArchive),
      peer: 'Firehose from Amazon MSK',
      peerUsd: usd('firehose', gb),
      arithmetic: `${count(Math.round(gb))} GB x 0.055`,
    },
    {
      job: `all sinks (${sinks.size})`,
      here: here(isSink),
      peer: 'MSK Connect',
      peerUsd: usdAMonth('connectUnit', mcus),
      arithmetic: `${mcus} MCU x ${HOURS_A_MONTH} h x 0.11`,
    },
  ];
  const first = running.find(({ mapping }) => mapping.topic === topics[0] && processing.has(mapping.function));
  if (!first) return compared;
  const kpus = Math.max(1, Math.ceil(rate / KPU_RECORDS)) + 1;
  const storage = (kpus - 1) * KPU_STORAGE_GB;
  return [
    ...compared,
    {
      job: 'validation, enrichment, alerts, windows',
      here: here(isProcessing),
      peer: 'Managed Flink',
      peerUsd: usdAMonth('flinkUnit', kpus) + usd('flinkStorage', storage),
      arithmetic: `${kpus} KPU x ${HOURS_A_MONTH} h x 0.11 + ${storage} GB x 0.10`,
    },
    ...transformed(
      first,
      here((part) => part.name === first.mapping.function || (isArchive(part) && part.topic === topics[1])),
    ),
  ];
}

/** Firehose validates the input in a Lambda transform, and stores only the result in S3. */
function transformed({ mapping, usage, rate, bytesPerSecond }: Running, here: number): Compared[] {
  const job = 'only valid records, and only in S3';
  const records = Math.max(1, Math.floor(TRANSFORM_BYTES / (bytesPerSecond / rate)));
  const work = { ...workOf(usage), waitMs: { batch: 0, record: 0 } };
  const ms = batchMs(records, work, mapping.memoryMb);
  const calls = (rate / records) * SECONDS_A_MONTH;
  const lambda = usd('lambdaRequest', calls) + usd('lambdaGbSecond', (calls * ms * mapping.memoryMb) / 1_000 / 1_024);
  const gb = gbAMonth(bytesPerSecond);
  const rounded = gbAMonth(rate * Math.ceil(bytesPerSecond / rate / PUT_BYTES) * PUT_BYTES);
  const text = `transform ${count(Math.round(lambda))}`;
  return [
    {
      job,
      here,
      peer: 'Firehose from Amazon MSK',
      peerUsd: usd('firehose', gb) + lambda,
      arithmetic: `${count(Math.round(gb))} GB x 0.055 + ${text}`,
    },
    {
      job: `${job}, without Kafka`,
      here,
      peer: 'Firehose, Direct PUT',
      peerUsd: usd('firehosePut', rounded) + lambda,
      arithmetic: `${count(Math.round(rounded))} GB (5 KB a record) x 0.029 + ${text}`,
    },
  ];
}

/** MCUs of a connector. */
const unitsOf = (running: readonly Running[]) =>
  Math.max(1, Math.ceil(running.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0) / MCU_BYTES));

const gbAMonth = (bytesPerSecond: number) => (bytesPerSecond * SECONDS_A_MONTH) / 1e9;

/** Leaves out what stays if a peer replaces the function: what is stored, and the writes of records to DynamoDB. */
function withoutStores({ name, uses }: Part): Uses {
  const { s3Storage: _, acu: __, auroraIo: ___, auroraStorage: ____, dynamodbWrite = 0, ...rest } = uses;
  return name === 'upsertIntoDynamodb' ? rest : { ...rest, dynamodbWrite };
}
