import { type Batches, batchesOf, type Mapping, POLLER_INVOCATIONS, partitionRate } from './lambda.ts';
import { type PriceName, sumOf, type Uses, usdOf } from './prices.ts';
import type { Usage } from './usage.ts';
import { keptOf, type Place, usesOf, workOf } from './uses.ts';

/**
 * The topics that grow with the rate of the input. Left out: trips (one for each trip of a vehicle), results of windows
 * (one for each product and minute), and dead letters.
 */
export const DOMAINS = {
  fleet: { input: 'raw-data-topic', topics: ['raw-data-topic', 'processed-data-topic', 'alerts-topic'] },
  orders: { input: 'orders', topics: ['orders', 'processed-orders'] },
  logins: { input: 'user-login', topics: ['user-login', 'user-login-processed'] },
  demo: { input: 'demo_topic', topics: ['demo_topic'] },
} as const;
export type Domain = keyof typeof DOMAINS;

/** A stage as its template describes it, and what its functions use. */
export interface Stage {
  usages: readonly Usage[];
  mappings: readonly Mapping[];
  place: Place;
}

/** What a poller reads in a second (Lambda guide, "Apache Kafka event poller scaling modes"). */
export const POLLER_BYTES = 5e6;
/** Partitions and pollers are planned for twice the rate. */
const HEADROOM = 2;

/** A mapping at work. */
export interface Running {
  mapping: Mapping;
  usage: Usage;
  /** records per second */
  rate: number;
  bytesPerSecond: number;
  /** of one partition, with full batches */
  partitionRate: number;
  pollers: number;
  batches: Batches;
}

/** Records of a topic for each record of the domain's input, as the archive saw them. */
export function shareOf({ usages }: Pick<Stage, 'usages'>, domain: Domain, topic: string): number {
  const archived = (name: string) =>
    usages.find((usage) => usage.function === 'archiveToS3' && usage.topic === name)?.records ?? 0;
  return archived(topic) / archived(DOMAINS[domain].input);
}

/** What a stage may set otherwise than its template. */
export interface Settings {
  /** of every function */
  memoryMb?: number;
  /** of the mappings that have one */
  windowSeconds?: number;
}

export function withSettings(stage: Stage, { memoryMb, windowSeconds }: Settings): Stage {
  const mappings = stage.mappings.map((mapping) => ({
    ...mapping,
    memoryMb: memoryMb ?? mapping.memoryMb,
    windowSeconds: mapping.windowSeconds > 0 ? (windowSeconds ?? mapping.windowSeconds) : 0,
  }));
  return { ...stage, mappings };
}

/**
 * The mappings of a domain at a rate of its input.
 *
 * @param planned true: with as many partitions and pollers as they need; false: as deployed, with one poller each
 */
export function runningAt(stage: Stage, domain: Domain, rate: number, planned: boolean): Running[] {
  const topics: readonly string[] = DOMAINS[domain].topics;
  const parts = stage.mappings
    .filter(({ topic }) => topics.includes(topic))
    .flatMap((mapping) => {
      const usage = stage.usages.find((each) => each.function === mapping.function && each.topic === mapping.topic);
      if (!usage) return [];
      const own = rate * shareOf(stage, domain, mapping.topic);
      return [{ mapping, usage, rate: own, partitionRate: partitionRate(mapping, workOf(usage)) }];
    });
  return parts.map((part) => {
    const { usage, rate: own } = part;
    const needed = parts
      .filter(({ mapping }) => mapping.topic === part.mapping.topic)
      .map((each) => Math.ceil((HEADROOM * each.rate) / each.partitionRate));
    const partitions = planned ? Math.max(part.mapping.partitions, ...needed) : part.mapping.partitions;
    const bytesPerSecond = (own * usage.bytes) / usage.records;
    const atOnce = Math.ceil((HEADROOM * own) / part.partitionRate);
    const pollers = planned
      ? Math.max(1, Math.ceil((HEADROOM * bytesPerSecond) / POLLER_BYTES), Math.ceil(atOnce / POLLER_INVOCATIONS))
      : 1;
    const mapping = { ...part.mapping, partitions };
    return { ...part, mapping, bytesPerSecond, pollers, batches: batchesOf(mapping, workOf(usage), own, pollers) };
  });
}

/** What the money is for. A price is in exactly one group. */
export const GROUPS: Readonly<Record<string, readonly PriceName[]>> = {
  Lambda: ['lambdaRequest', 'lambdaGbSecond'],
  DynamoDB: ['dynamodbWrite', 'dynamodbRead'],
  S3: ['s3Put', 's3Storage'],
  'Aurora, Data API': ['dataApi', 'acu', 'auroraIo', 'auroraStorage'],
  'logs, traces': ['logs', 'trace'],
  NAT: ['natTraffic'],
  'broker storage': ['brokerStorage'],
};

/** What a function uses on a topic, or the topic itself, where the name is `Kafka`. */
export interface Part {
  name: string;
  topic: string;
  uses: Uses;
}

/** What a domain uses for a million records of its input. */
export function usesOfAMillion(stage: Stage, domain: Domain, rate: number): Part[] {
  const factor = 1e6 / rate;
  const running = runningAt(stage, domain, rate, true);
  const functions = running.map(({ mapping, usage, batches }) => ({
    name: mapping.function,
    topic: mapping.topic,
    uses: sumOf(usesOf(usage, mapping, batches, stage.place), factor),
  }));
  const kept = running
    .filter(({ mapping }) => mapping.function === 'archiveToS3')
    .map(({ mapping, usage, rate: own }) => ({
      name: 'Kafka',
      topic: mapping.topic,
      uses: sumOf([keptOf(usage.bytes / usage.records, own, stage.place)], factor),
    }));
  return [...functions, ...kept];
}

/** USD for a million records, by group. */
export function byGroup(all: readonly { uses: Uses }[]): Record<string, number> {
  const sum = sumOf(all.map(({ uses }) => uses));
  return Object.fromEntries(
    Object.entries(GROUPS).map(([group, names]) => [
      group,
      usdOf(Object.fromEntries(names.map((name) => [name, sum[name] ?? 0]))),
    ]),
  );
}

export const total = (groups: Readonly<Record<string, number>>): number =>
  Object.values(groups).reduce((sum, usd) => sum + usd, 0);
