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
import { type Place, runOurs, runStreams } from './runs.ts';
import { createTopic, produce, readMetrics, readTopic } from './topics.ts';

const INPUT = 'bench-processed-orders';
const PARTITIONS = 3;
const HOUR = 3_600;
const ROUNDS = 3;
const STREAMS = 'Kafka Streams, one thread';

/**
 * Aggregates the same topic with Kafka Streams and with the packaged aggregateOrders, in turn on the same servers.
 * Compares the results of both with sums computed in memory.
 */
export async function compare(load: Load, batchings: readonly Batching[], signal: AbortSignal): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-kafka-streams-'));
  const progress = streamProgress(process.stderr);
  try {
    return await compareIn(folder, load, batchings, progress, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareIn(
  folder: string,
  load: Load,
  batchings: readonly Batching[],
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
    const events = new Map<string, string[]>();
    for (const batching of batchings) {
      events.set(batching.name, await writeEvents(join(folder, batching.name), source, batching));
    }
    const rates = new Map<string, number[]>();
    const wrong: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const [index, name] of [STREAMS, ...events.keys()].entries()) {
        signal.throwIfAborted();
        const output = `bench-${index}-${round}`;
        const files = events.get(name);
        const milliseconds =
          files === undefined ? await runStreams(place, output) : await runOurs(place, packaged, output, files);
        const rate = (records / milliseconds) * 1000;
        rates.set(name, [...(rates.get(name) ?? []), rate]);
        const right = exact(await readMetrics(brokers, output), expected);
        if (right < expected.size)
          wrong.push(`${name}: ${expected.size - right} of ${expected.size} results are wrong or missing`);
        progress.line(`round ${round}, ${name}: ${Math.round(rate)} records/s`);
      }
    }
    return {
      figures: [...rates].flatMap(([name, rounds]) => figuresOf(name, rounds, rates.get(STREAMS) ?? [])),
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

function figuresOf(name: string, rounds: number[], streams: readonly number[]): Figure[] {
  const rate: Figure = { name, unit: 'records/s', better: 'higher', rounds };
  if (name === STREAMS) return [rate];
  const ratios = rounds.map((value, round) => value / (streams[round] ?? Number.NaN));
  return [rate, { name, unit: 'of one thread of Kafka Streams', better: 'higher', rounds: ratios, bound: 1 }];
}
