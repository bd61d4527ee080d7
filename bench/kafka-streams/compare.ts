import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { cacheFolder } from '#local/servers/cache.ts';
import { KAFKA_STREAMS } from '#local/servers/jars/artifacts.ts';
import { fetchJars } from '#local/servers/jars/fetch-jars.ts';
import { findJava } from '#local/servers/java/java.ts';
import { type Progress, streamProgress } from '#local/servers/progress.ts';
import { startStack } from '#local/stack.ts';
import type { Figure, Measured } from '../benchmark.ts';
import { packageService } from '../packaged.ts';
import { type Batching, writeEvents } from './events.ts';
import { closingMessages, expectedMetrics, type Load, type Metric, orderMessages } from './orders.ts';
import { OUTPUT_PARTITIONS, type Place, runOurs, runStreams, type Variant } from './runs.ts';
import { createTopic, produce, readMetrics, readTopic } from './topics.ts';

const INPUT = 'bench-processed-orders';
const PARTITIONS = 3;
const HOUR = 3_600;
const ROUNDS = 3;
/** aggregateOrders with these batches. `bound`: the least ratio to Kafka Streams. */
export interface Ours extends Batching {
  readonly bound?: number;
}

/** The one that is compared with. */
const STREAMS = 'Kafka Streams, one thread';
const VARIANTS: Readonly<Record<string, Variant>> = {
  [STREAMS]: 'default',
  [`${STREAMS}, in memory`]: 'in memory',
  [`${STREAMS}, exactly once`]: 'exactly once',
};

/**
 * Aggregates the same topic with Kafka Streams and with the packaged aggregateOrders, in turn on the same servers.
 * Compares the results of both with sums computed in memory.
 */
export async function compare(load: Load, ours: readonly Ours[], signal: AbortSignal): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-kafka-streams-'));
  const progress = streamProgress(process.stderr);
  try {
    return await compareIn(folder, load, ours, progress, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareIn(
  folder: string,
  load: Load,
  ours: readonly Ours[],
  progress: Progress,
  signal: AbortSignal,
): Promise<Measured> {
  await fetchJars([KAFKA_STREAMS], { cache: cacheFolder(), java: await findJava(17), progress, signal });
  const packaged = await packageService(folder, { signal });
  const stack = await startStack({ stage: 'local', minimal: true, root: folder, progress, signal });
  try {
    const brokers = stack.endpoints.kafka;
    const start = Math.floor(Date.now() / 1000 / HOUR) * HOUR - 2 * HOUR;
    await createTopic(brokers, INPUT, PARTITIONS);
    progress.line(`producing ${load.orders} orders`);
    await produce(brokers, INPUT, orderMessages(load, start), closingMessages(load, start, PARTITIONS));
    const expected = expectedMetrics(orderMessages(load, start));
    const records = load.orders + PARTITIONS;
    const place: Place = { stack, folder, input: INPUT, records };
    const source = { brokers, topic: INPUT, partitions: await readTopic(brokers, INPUT) };
    const contestants = new Map<string, (output: string) => Promise<number>>();
    for (const [name, variant] of Object.entries(VARIANTS)) {
      contestants.set(name, (output) => runStreams(place, variant, output));
    }
    for (const batching of ours) {
      const files = await writeEvents(join(folder, batching.name), source, batching);
      contestants.set(batching.name, (output) => runOurs(place, packaged, output, files));
    }
    const rates = new Map<string, number[]>();
    const wrong: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const [index, [name, run]] of [...contestants].entries()) {
        signal.throwIfAborted();
        const output = `bench-${index}-${round}`;
        const rate = (records / (await run(output))) * 1000;
        rates.set(name, [...(rates.get(name) ?? []), rate]);
        const right = exact(await readMetrics(brokers, output, OUTPUT_PARTITIONS), expected);
        if (right < expected.size)
          wrong.push(`${name}: ${expected.size - right} of ${expected.size} results are wrong or missing`);
        progress.line(`round ${round}, ${name}: ${Math.round(rate)} records/s`);
      }
    }
    const ratesOf = (name: string) => rates.get(name) ?? [];
    return {
      figures: [
        ...[...rates].map(([name, rounds]) => ({ name, unit: 'records/s', better: 'higher' as const, rounds })),
        ...ours.map((own) => ratioOf(own, ratesOf(own.name), ratesOf(STREAMS))),
      ],
      wrong,
    };
  } finally {
    await stack.stop();
  }
}

/** Counts results that are exact to the cent. @throws Error if there is a result that isn't expected */
function exact(found: Map<string, Metric>, expected: Map<string, Metric>): number {
  const stranger = [...found.keys()].find((key) => !expected.has(key));
  if (stranger !== undefined)
    throw new Error(`${stranger}: an unexpected result, of a window that must still be open or has no orders`);
  return [...expected].filter(([key, metric]) => isDeepStrictEqual(found.get(key), metric)).length;
}

function ratioOf({ name, bound }: Ours, rounds: readonly number[], streams: readonly number[]): Figure {
  const ratios = rounds.map((value, round) => value / (streams[round] ?? Number.NaN));
  const unit = 'of one thread of Kafka Streams';
  return { name, unit, better: 'higher', rounds: ratios, ...(bound !== undefined && { bound }) };
}
