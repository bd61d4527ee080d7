import { byGroup, shareOf, total, usesOfAMillion, withSettings } from './domain.ts';
import { batchesOf, type Mapping } from './lambda.ts';
import { planOf } from './plan.ts';
import { SECONDS_A_MONTH, usd, usdAMonth } from './prices.ts';
import type { Priced } from './stage.ts';
import { amount, count, markdownTable } from './text.ts';
import { workOf } from './uses.ts';

const RATE = 10_000_000;
const SETTINGS = { memoryMb: 1_769 };
/** MB/s into and out of an express.m7g.16xlarge, and its partitions (MSK guide, "Amazon MSK Express broker quota"). */
const EXPRESS_MB = 500;
const EXPRESS_MB_OUT = 1_000;
const EXPRESS_PARTITIONS = 20_000;
/** Its price in those of express.m7g.large: it has 32 times the CPUs. */
const EXPRESS_SIZE = 32;
const REPLICAS = 3;
/** Largest batch, once a second: instead of 500 at once. */
const LARGE = { batchSize: 10_000, windowSeconds: 1 };

/** The fleet at ten million readings a second. */
export function outlook({ stage, limits }: Priced): string {
  const { loads, partitions, atOnce, running } = planOf(stage, 'fleet', RATE, limits, SETTINGS);
  const find = (name: string, topic = '') =>
    running.find(({ mapping }) => mapping.function === name && mapping.topic.startsWith(topic));
  const process = find('processTelemetry');
  const archive = running.filter(({ mapping }) => mapping.function === 'archiveToS3');
  const gigabytes = archive.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0) / 1e9;
  const all = Object.values(partitions).reduce((sum, number) => sum + number, 0);
  const read = running.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0) / 1e9;
  const needed = Math.max(
    (gigabytes * 1_000) / EXPRESS_MB,
    (read * 1_000) / EXPRESS_MB_OUT,
    (all * REPLICAS) / EXPRESS_PARTITIONS,
  );
  const brokers = Math.ceil(needed / 3) * 3;
  const kafka = usdAMonth('expressBroker', brokers * EXPRESS_SIZE) + usd('expressTraffic', gigabytes * SECONDS_A_MONTH);
  const writes = loads.filter(({ name }) => name.startsWith('writes to'));
  const puts = archive.reduce((sum, { batches }) => sum + batches.perSecond * batches.partitions, 0);
  const groups = byGroup(usesOfAMillion(withSettings(stage, SETTINGS), 'fleet', RATE));
  const millions = (value: number) => `${amount(value / 1e6)} million`;
  const monthly = (each: number) => millions((each * RATE * SECONDS_A_MONTH) / 1e6);
  const large =
    process && batchesOf({ ...process.mapping, ...LARGE } as Mapping, workOf(process.usage), RATE, process.pollers);
  return markdownTable(
    ['quantity', 'at 10,000,000/s', 'arithmetic'],
    [
      [
        'into the brokers',
        `${amount(gigabytes)} GB/s`,
        `readings, and for each ${amount(shareOf(stage, 'fleet', 'processed-data-topic'))} processed, ${amount(shareOf(stage, 'fleet', 'alerts-topic'))} alerts`,
      ],
      ['out of the brokers', `${amount(read)} GB/s`, 'each topic is read by each function behind it'],
      ['partitions', count(all), 'twice what the slowest function of each topic needs'],
      [
        'express.m7g.16xlarge',
        count(brokers),
        `the most of ${amount(gigabytes * 1_000)} MB/s / ${EXPRESS_MB}, ${amount(read * 1_000)} MB/s / ${count(EXPRESS_MB_OUT)}, ${count(all)} partitions x ${REPLICAS} / ${count(EXPRESS_PARTITIONS)}`,
      ],
      ['invocations at once', amount(atOnce), 'batches a second x seconds'],
      [
        'of these processTelemetry',
        amount(process?.batches.concurrency ?? 0),
        `with batches of 10,000, once a second: ${amount(large?.concurrency ?? 0)}`,
      ],
      ...writes.map(({ name, used }) => [
        name,
        `${amount(used)}/s`,
        'one for each record; the quota of a table is 40,000 by default',
      ]),
      ['objects in S3', `${amount(puts)}/s`, 'one for each partition in a batch; 3,500/s for each prefix'],
      [
        'Express brokers, USD a month',
        millions(kafka),
        `${count(brokers)} x ${EXPRESS_SIZE} x 730 h x 0.408, and 0.01 a GB`,
      ],
      ...Object.entries(groups).map(([name, each]) => [
        `${name}, USD a month`,
        monthly(each),
        `${amount(each)} a million readings`,
      ]),
      ['**together, USD a month**', monthly(total(groups)), ''],
    ],
  );
}
