/** `node cost/page.ts` writes docs/cost.md. page.test.ts fails if the page is outdated. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainTemplate } from '#test/template/compiled.ts';
import { ACU_VCPU, PLATFORM_LOG_BYTES, ROW_CPU_SECONDS, ROW_GROWTH, ROW_IO, TRACED, WAIT_MS } from './assumptions.ts';
import { shareOf } from './domain.ts';
import { outlook } from './outlook.ts';
import { KPU_RECORDS, MCU_BYTES } from './peers.ts';
import { PRICES_OF } from './prices.ts';
import {
  breaks,
  functions,
  groups,
  limits,
  millions,
  peers,
  priceList,
  type Stages,
  settings,
  used,
} from './sections.ts';
import { type Measured, pricedOf, readMeasured } from './stage.ts';
import { amount, count } from './text.ts';

export const file = join(import.meta.dirname, '..', 'docs', 'cost.md');

export async function stages(measured: Measured): Promise<Stages> {
  return {
    dev: pricedOf('dev', await plainTemplate('dev'), measured.mappings),
    prod: pricedOf('prod', await plainTemplate('prod'), measured.mappings),
  };
}

export function page(all: Stages, measured: Measured): string {
  const waits = Object.entries(WAIT_MS).map(
    ([name, { batch, record }]) => `\`${name}\` ${batch}${record > 0 ? ` and ${record} a record` : ''}`,
  );
  return `# What does it cost under load, and what breaks first?

\`node cost/page.ts\` computes this page: what the functions used in a measured run, times list prices. For your own
rate: \`npm run cost -- --domain fleet --rate 1000 --stage prod\`. It prints the dollars for a million records and for a
month, what breaks first, and the settings that the rate needs. For your own prices, change \`cost/prices.ts\`.

All figures have two digits, and none was seen on a bill: this service was never deployed. Expect the sums within a
factor of two ([why](#how-it-is-computed)). What a stage costs without traffic is in
[deploy.md](deploy.md#what-it-costs), from the same price list.

## A million records

USD for a million records of the domain's input topic, with everything that they cause: validation, every topic that
they go on to, every store, one month of storage in S3 and PostgreSQL, and the topic's retention on the brokers. In the
measured load a reading raises ${amount(shareOf(all.prod.stage, 'fleet', 'alerts-topic'))} alerts, more than in a real fleet. The last rows are the idle stage's costs, divided by
the records of a month. OpenSearch in prod comes on top.

${millions(all)}

At 10/s, nearly all is the idle stage. A record itself costs several times what it costs at 1,000/s, because each small
batch pays for a whole invocation, object and statement. In dev, pollers on demand cost nothing, but the events pass the
NAT gateway.

## Where the money goes

USD for a million readings, settings as deployed, with as many partitions as the rate needs:

${groups(all)}

The same by function:

${functions(all)}

- **Writes to DynamoDB** are the largest part from 1,000/s on: each record is one write in each of its tables. If an
  entity has several records in a batch, only the newest is written. So a longer batching window of
  \`upsertIntoDynamodb\` saves most where entities send often: with readings each second, a window of 10 s saves up to
  nine of ten writes. A conditional write that is refused costs as much as one that is done.
- **The archive** pays for each partition in each batch: one object, and at least two writes of the checkpoint. More
  partitions make it more expensive. A longer window makes it cheaper in proportion; records are then stored later.
- **Mappings without a window** (\`processTelemetry\`, \`processOrder\`, \`indexAlerts\`) have small batches, so they wait
  for Kafka or OpenSearch more often. Lambda bills the waiting, and each invocation writes a log line. This is the price
  of alerts within 2 s.
- **Memory**: the functions used at most ${Math.max(...measured.mappings.map(({ maxRssMb }) => maxRssMb))} MB. Up to 1,769 MB, more memory is more CPU, so computing takes less time
  for the same money; waiting becomes more expensive. So it pays where batches are large: a partition takes more
  records, fewer partitions are enough, and the archive writes fewer objects. Above 1,769 MB a second CPU begins, which
  most of this code doesn't use.

## What breaks first

As deployed, each domain alone breaks at this rate of its input. Then the lag of the function in brackets grows.
Nothing is lost, as long as it catches up within the topic's retention. In dev the topics have as many partitions.

${breaks(all)}

The fleet in prod: how much of a limit is used, the four nearest.

${limits(all)}

The arithmetic: Lambda runs one batch of a partition at a time, so a partition takes \`records of a full batch / its
duration\`. A poller reads at most 5 MB/s, and has at most 5 invocations at once. The other limits are defaults:
1,000 invocations at once in an account, 40,000 writes a second to an on-demand table, 1,000 writes a second to one item
(the hot key here is the state of a window), 3,500 PUT a second for an S3 prefix, 5 Gbit/s for a NAT gateway (it grows
to 100), and about 10 MB/s from producers for a kafka.m7g.large (a guideline: AWS publishes no quota). The Data API has
no limit on its rate for Aurora Serverless v2; the limit is the database's capacity.

**Hot keys**: a key is in one partition of a topic, so one vehicle, product or user can't send faster than a partition
is read. In DynamoDB it isn't hot: each batch writes it once.

## Settings

For the fleet in prod, with partitions and pollers for twice the rate:

${settings(all)}

\`batchSize\` stays as deployed: at these rates batches end by their window or their payload, not by their size.
Before you raise partitions, read [scaling.md](scaling.md). At 100,000/s also ask for higher quotas (invocations,
writes of a table), and replace the m7g.large brokers by larger or Express ones.

## Beside Firehose, MSK Connect and Managed Flink

The same parts of the job for the fleet in prod, in USD a month, with the settings above. The cluster and the stores'
own prices are the same on both sides, so they are left out: the writes of records to DynamoDB, the database's capacity,
what is stored. Poller units are left out too; [Settings](#settings) has them.

${peers(all)}

Assumptions of ${PRICES_OF}, to be measured before you decide: an MCU moves ${MCU_BYTES / 1e6} MB/s, a KPU handles
${count(KPU_RECORDS)} records/s, each with one connector or application for all topics. An application has one KPU more
for orchestration.

**At a steady high rate the peers are cheaper**: they bill hours, not waiting, and no object or log line for each second
and partition. Firehose from Amazon MSK is cheaper at every rate; Direct PUT saves the cluster, but bills small records as
5 KB. **At a low rate functions are cheaper than MSK Connect and Flink**, which bill their smallest size all day. What
you give up:

- **Firehose** collects records for up to 5 min by default, and delivers at least once: an object may repeat records. It
  writes to S3 and OpenSearch, but neither to DynamoDB nor through the Data API. Its Lambda transform costs what a
  function costs here.
- **MSK Connect** has connectors for S3, JDBC and OpenSearch. They don't compare versions as the sinks here do, so a
  repeated or late record may replace a newer one. It reaches PostgreSQL directly, without the Data API's price.
- **Managed Flink** has state, event time and exactly-once windows, and is the better tool for joins and large windows.
  A job that restarts stops all keys; here one partition waits.

## Toward 10 million readings a second, on paper

With 1,769 MB, and otherwise the design of today:

${outlook(all.prod)}

So the design must change before the rate does:

1. **Cells.** Ten independent stacks of a million readings a second, each in an account of its own, chosen by a hash of
   the vehicle. All quotas above are for an account, a cluster or a table.
2. **No write for each reading.** The latest state of a vehicle is written once in 10 s or more: a longer window, or
   the windows' way (\`lib/windows\`). This takes the largest part of the bill away.
3. **No row for each reading in PostgreSQL.** Readings stay in S3, queried with Athena. PostgreSQL keeps alerts, trips
   and sums.
4. **Large batches.** \`processTelemetry\` with batches of 10,000 and a window of 1 s. Alerts then take a second more.
5. **A smaller record.** A binary encoding and compression on the brokers (\`compression.type\`) divide the bytes.
6. **Then compare again** with Flink on its own machines: at this rate Lambda's price for a busy CPU counts.

## How it is computed

Measured on ${measured.date} at commit ${measured.commit}, on ${measured.machine}.
\`node cost/measure.ts\` repeats it: it runs the whole pipeline on local servers under a low and two high loads, each proved by its report, and writes
\`cost/measured.json\`. \`cli/usage/meter.cjs\` is loaded into each function's process, and notes CPU time, memory, log bytes
and every call to a store. The time of a batch is a line: a part for the batch, and a part for each record.

${used(measured)}

**From this machine to Lambda.** Lambda gives a function CPU in proportion to its memory: one vCPU at 1,769 MB, so 29 %
of one at 512 MB. The page takes this machine's core for one vCPU, and divides: \`duration = CPU / share + waiting\`. A
Graviton core may be a third slower or faster, and TLS and the signatures of IAM, which the local servers don't need,
come on top. Garbage collection is in the measurement, cold starts aren't. Two measurements of 28 November 2026, one of
them on a busier machine, differ by a quarter in CPU, and by 7 % in the dollars at 1,000/s.

**Assumed, not measured**, because the local servers share their cores with the functions (\`cost/assumptions.ts\`):

- Waiting in ms a batch: ${waits.join(', ')}.
- PostgreSQL: ${amount(ROW_CPU_SECONDS * 1e6)} microseconds of CPU a row (measured); an ACU is ${ACU_VCPU} vCPU (AWS publishes only its 2 GiB); ${ROW_IO}
  I/O requests a row; a row takes ${ROW_GROWTH} times the bytes of its request.
- Logs: ${PLATFORM_LOG_BYTES} bytes for Lambda's own lines of an invocation. X-Ray keeps ${TRACED * 100} % of the traces.
- A record is at least one write in each of its DynamoDB tables, and an order two, because of its index.
- A batch without a window takes what came to its partition during the batch before. With a window, it takes all
  partitions of a poller; if that takes longer than the window, each partition has its own batches.

**Left out**: traffic between zones (0.01 a GB in each direction, from producers and to functions), flow logs, calls to
KMS, backups, reserved prices and free tiers. To replace the assumptions by facts, deploy dev, and compare the
\`REPORT\` lines of the functions with \`npm run cost -- --stage dev\`.

## Prices

List prices in us-east-1 of ${PRICES_OF}, on demand. Check each before use. \`AWS\`: seen in 2026 in AWS's own guide, page or
repository. \`secondary\`: only in other sources.

${priceList()}
`;
}

if (import.meta.main) {
  const measured = readMeasured();
  await writeFile(file, page(await stages(measured), measured));
}
