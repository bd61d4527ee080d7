import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { cacheFolder } from '#local/servers/cache.ts';
import { fetchJars } from '#local/servers/jars/fetch-jars.ts';
import { findJava } from '#local/servers/java/java.ts';
import { type Progress, streamProgress } from '#local/servers/progress.ts';
import { startStack } from '#local/stack.ts';
import { type Batching, writeEvents } from './events.ts';
import { closingMessages, expectedMetrics, type Load, type Metric, orderMessages } from './orders.ts';
import { packageService } from './packaged.ts';
import { type Place, runOurs, runStreams } from './runs.ts';
import { createTopic, produce, readMetrics, readTopic } from './topics.ts';

/** The best round of one contestant. */
export interface Rate {
  recordsPerSecond: number;
  milliseconds: number;
  /** results that are exact to the cent, in the worst round */
  exact: number;
}

export interface Comparison {
  load: Load;
  rounds: number;
  /** number of results: one for each window and product */
  windows: number;
  streams: Rate;
  /** `ratio`: to one thread of Kafka Streams */
  ours: (Rate & Batching & { ratio: number })[];
}

const INPUT = 'bench-processed-orders';
const PARTITIONS = 3;
const HOUR = 3_600;
/** The best round of each contestant counts, because other work on the machine can only slow it down. */
const ROUNDS = 3;
const STREAMS = 'kafka-streams';

/**
 * Aggregates the same topic with Kafka Streams and with the packaged aggregateOrders, in turn on the same servers.
 * Compares the results of both with sums computed in memory.
 */
export async function compare(load: Load, batchings: readonly Batching[], signal: AbortSignal): Promise<Comparison> {
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
): Promise<Comparison> {
  await fetchJars(['kafka-streams'], { cache: cacheFolder(), java: await findJava(17), progress, signal });
  const packaged = await packageService(folder);
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
    const rates = new Map<string, Rate[]>();
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const [index, name] of [STREAMS, ...events.keys()].entries()) {
        signal.throwIfAborted();
        const output = `bench-${index}-${round}`;
        const files = events.get(name);
        const milliseconds =
          files === undefined ? await runStreams(place, output) : await runOurs(place, packaged, output, files);
        const rate: Rate = {
          recordsPerSecond: Math.round((records / milliseconds) * 1000),
          milliseconds: Math.round(milliseconds),
          exact: exact(await readMetrics(brokers, output), expected),
        };
        rates.set(name, [...(rates.get(name) ?? []), rate]);
        progress.line(`round ${round}, ${name}: ${rate.recordsPerSecond} records/s`);
      }
    }
    const streams = best(rates.get(STREAMS));
    const ours = batchings.map((batching) => {
      const rate = best(rates.get(batching.name));
      return {
        ...batching,
        ...rate,
        ratio: Math.round((rate.recordsPerSecond / streams.recordsPerSecond) * 100) / 100,
      };
    });
    return { load, rounds: ROUNDS, windows: expected.size, streams, ours };
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

function best(rates: readonly Rate[] = []): Rate {
  const [first] = rates.toSorted((a, b) => a.milliseconds - b.milliseconds);
  if (first === undefined) throw new Error('nothing was measured');
  return { ...first, exact: Math.min(...rates.map(({ exact: right }) => right)) };
}
