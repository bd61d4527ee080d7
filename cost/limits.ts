import { ACU_VCPU, ROW_CPU_SECONDS } from './assumptions.ts';
import { POLLER_BYTES, type Running } from './domain.ts';
import { POLLER_INVOCATIONS } from './lambda.ts';
import { usesOf, writesOf } from './uses.ts';

/** How much of a limit is used. From 1 on it breaks. */
export interface Load {
  name: string;
  used: number;
  limit: number;
  unit: string;
}

/** The limits that a stage sets itself. */
export interface StageLimits {
  brokers: number;
  maximumPollers: number | undefined;
  databaseConcurrency: number | undefined;
  maximumAcu: number;
}

/**
 * MB/s into a kafka.m7g.large from producers, a guideline of an MSK tool from 2026. AWS publishes no quota for Standard
 * brokers; for Express it is 15.6 (MSK guide, "Amazon MSK Express broker quota").
 */
export const BROKER_MB = 10;
/** Default quotas of an account (guides of the services, pages on quotas). */
const ACCOUNT_CONCURRENCY = 1_000;
const TABLE_WRITES = 40_000;
const KEY_WRITES = 1_000;
const PREFIX_PUTS = 3_500;
const NAT_MB = 5_000 / 8;

/** The loads of a domain, the highest first. */
export function loadsOf(running: readonly Running[], limits: StageLimits): Load[] {
  const loads = running.flatMap((each) => loadsOfMapping(each, limits));
  const inserts = running.filter(({ mapping }) => mapping.function === 'insertIntoRds');
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const rows = sum(inserts.map(({ rate }) => rate));
  const written = running.filter(({ mapping }) => mapping.function === 'archiveToS3');
  const atOnce = sum(inserts.map(({ batches }) => batches.concurrency));
  loads.push(
    {
      name: 'invocations at once in the account',
      used: sum(running.map(({ batches }) => batches.concurrency)),
      limit: ACCOUNT_CONCURRENCY,
      unit: 'invocations',
    },
    {
      name: 'records into the brokers',
      used: sum(written.map(({ bytesPerSecond }) => bytesPerSecond)) / 1e6,
      limit: limits.brokers * BROKER_MB,
      unit: 'MB/s',
    },
    {
      name: 'capacity of Aurora',
      used: (rows * ROW_CPU_SECONDS) / ACU_VCPU,
      limit: limits.maximumAcu,
      unit: 'ACU',
    },
    { name: 'statements through the NAT gateway', used: natMb(inserts), limit: NAT_MB, unit: 'MB/s' },
  );
  if (limits.databaseConcurrency !== undefined)
    loads.push({ name: 'databaseConcurrency', used: atOnce, limit: limits.databaseConcurrency, unit: 'statements' });
  return loads.toSorted((a, b) => b.used / b.limit - a.used / a.limit);
}

function loadsOfMapping(running: Running, limits: StageLimits): Load[] {
  const { mapping, usage, rate, bytesPerSecond, partitionRate, batches, pollers } = running;
  const { function: name, topic, partitions } = mapping;
  const uses = usesOf(usage, mapping, batches, { isOnDemand: false });
  const total = (key: 'dynamodbWrite' | 's3Put') => uses.reduce((sum, each) => sum + (each[key] ?? 0), 0);
  const most = limits.maximumPollers && Math.max(limits.maximumPollers, pollers);
  const loads: Load[] = [
    { name: `partitions of ${topic} (${name})`, used: rate, limit: partitions * partitionRate, unit: 'records/s' },
    { name: `objects of ${topic} in one prefix`, used: total('s3Put'), limit: PREFIX_PUTS, unit: 'PUT/s' },
    ...tableLoads(running, total('dynamodbWrite')),
  ];
  if (most !== undefined) {
    loads.push(
      {
        name: `bytes to the pollers of ${name}, ${topic}`,
        used: bytesPerSecond / 1e6,
        limit: (most * POLLER_BYTES) / 1e6,
        unit: 'MB/s',
      },
      {
        name: `full batches at once of ${name}, ${topic}`,
        used: rate / partitionRate,
        limit: most * POLLER_INVOCATIONS,
        unit: 'invocations',
      },
    );
  }
  return loads;
}

/** The writes of a sink to each table. The state of a window is one item, which each batch of its partition writes. */
function tableLoads({ mapping, usage, rate }: Running, writes: number): Load[] {
  if (mapping.function === 'aggregateOrders')
    return [
      {
        name: 'writes to the state of one window (hot key)',
        used: writes / mapping.partitions,
        limit: KEY_WRITES,
        unit: 'units/s',
      },
    ];
  if (mapping.function !== 'upsertIntoDynamodb') return [];
  return Object.entries(usage.calls).map(([call, own]) => ({
    name: `writes to ${call.split(' ')[1]}`,
    used: writesOf(own, usage) * rate,
    limit: TABLE_WRITES,
    unit: 'units/s',
  }));
}

function natMb(inserts: readonly Running[]): number {
  return inserts.reduce((sum, { usage, rate }) => {
    const bytes = Object.values(usage.calls).reduce((total, call) => total + call.bytes, 0);
    return sum + ((bytes / usage.records) * rate) / 1e6;
  }, 0);
}
