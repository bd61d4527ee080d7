import type { Calls } from '#cli/usage/metered.ts';
import {
  ACU_VCPU,
  DATA_API_BYTES,
  INDEXED,
  PLATFORM_LOG_BYTES,
  RECORD_OVERHEAD_BYTES,
  ROW_CPU_SECONDS,
  ROW_GROWTH,
  ROW_IO,
  TRACED,
  WAIT_MS,
} from './assumptions.ts';
import type { Batches, Mapping, Work } from './lambda.ts';
import { SECONDS_A_MONTH, type Uses } from './prices.ts';
import type { Usage } from './usage.ts';

const GB = 1e9;

/**
 * Writes of a record to a table of the DynamoDB sink: at least one. A busy machine makes large batches, in which many
 * records of one entity need one write. That isn't counted, because it depends on the machine.
 */
export const writesOf = ({ units }: Calls, { records }: Usage): number => Math.max(1, units / records);

/** The share of the records that were written. The others needed less CPU. */
function writtenShare({ function: name, calls, records }: Usage): number {
  const writes = Object.values(calls).map(({ units }) => units / records);
  return name === 'upsertIntoDynamodb' ? Math.min(1, Math.max(...writes)) : 1;
}

export function workOf(usage: Usage): Work {
  const waitMs = WAIT_MS[usage.function];
  if (!waitMs) throw new Error(`cost/assumptions.ts has no WAIT_MS of ${usage.function}`);
  const { batch, record } = usage.cpuMs;
  return { cpuMs: { batch, record: record / writtenShare(usage) }, waitMs, recordBytes: usage.bytes / usage.records };
}

/** How often a call comes: for each record, each batch, or each partition in a batch. */
type Driver = 'record' | 'batch' | 'partition';

const amount = (driver: Driver, { records, perSecond, partitions }: Batches) =>
  perSecond * { record: records, batch: 1, partition: partitions }[driver];
const measured = (driver: Driver, { records, invocations, slices }: Usage) =>
  ({ record: records, batch: invocations, partition: slices })[driver];

/** What an operation uses per second. */
type Meter = (each: (quantity: keyof Calls, driver: Driver) => number) => Uses;

const write =
  (driver: Driver): Meter =>
  (each) => ({ dynamodbWrite: each('units', driver) });
const read =
  (driver: Driver): Meter =>
  (each) => ({ dynamodbRead: each('units', driver) });

/** Items of the archive and of windows are written for each partition of a batch, all others for each record. */
const perPartition = new Set(['CheckpointsTable', 'WindowsTable']);
const driverOf = (table: string): Driver => (perPartition.has(table) ? 'partition' : 'record');

const meters: Readonly<Record<string, (table: string) => Meter>> = {
  'dynamodb.PutItem': (table) => write(driverOf(table)),
  'dynamodb.UpdateItem': (table) => write(driverOf(table)),
  'dynamodb.BatchGetItem': (table) => read(driverOf(table)),
  'dynamodb.GetItem': (table) => read(driverOf(table)),
  's3.PUT': () => (each) => ({
    s3Put: each('calls', 'partition'),
    s3Storage: each('bytes', 'record') / GB,
  }),
  'rdsData.Execute': () => (each) => {
    const [requests, bytes] = [each('calls', 'batch'), each('bytes', 'record')];
    return {
      dataApi: Math.max(requests, bytes / DATA_API_BYTES),
      natTraffic: bytes / GB,
      auroraStorage: (bytes * ROW_GROWTH) / GB,
    };
  },
};

/** Where the records are, and what they cost there. */
export interface Place {
  replicas: number;
  retentionDays: number;
  /** Without provisioned pollers, events pass the NAT gateway. */
  isOnDemand: boolean;
}

/** What a mapping uses per second. Storage is that of a record which is kept for one month. */
export function usesOf(usage: Usage, mapping: Mapping, batches: Batches, place: Pick<Place, 'isOnDemand'>): Uses[] {
  const { perSecond, records, ms } = batches;
  const rate = perSecond * records;
  const recordBytes = usage.bytes / usage.records;
  const calls = Object.entries(usage.calls).map(([name, own]): Uses => {
    const [operation = '', table = ''] = name.split(' ');
    const each = (quantity: keyof Calls, driver: Driver) =>
      (own[quantity] / measured(driver, usage)) * amount(driver, batches);
    if (usage.function !== 'upsertIntoDynamodb') return meters[operation]?.(table)(each) ?? {};
    return { dynamodbWrite: rate * writesOf(own, usage) * (INDEXED[table] ?? 1) };
  });
  return [
    {
      lambdaRequest: perSecond,
      lambdaGbSecond: perSecond * (ms / 1_000) * (mapping.memoryMb / 1_024),
      logs: (perSecond * (usage.logBytes / usage.invocations + PLATFORM_LOG_BYTES)) / GB,
      trace: perSecond * TRACED,
      ...(place.isOnDemand && { natTraffic: (rate * recordBytes * 4) / 3 / GB }),
    },
    ...(usage.function === 'insertIntoRds'
      ? [{ acu: (rate * ROW_CPU_SECONDS) / ACU_VCPU / 3_600, auroraIo: rate * ROW_IO }]
      : []),
    ...calls,
  ];
}

/** What a topic uses on the brokers per second. */
export function keptOf(bytesPerRecord: number, rate: number, { replicas, retentionDays }: Place): Uses {
  const bytes = (bytesPerRecord + RECORD_OVERHEAD_BYTES) * rate;
  return { brokerStorage: (bytes * replicas * retentionDays) / (SECONDS_A_MONTH / 86_400) / GB };
}
