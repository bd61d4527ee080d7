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

/** One way's best round. */
export interface Rate {
  recordsPerSecond: number;
  milliseconds: number;
  /** results that are right to the cent, in its worst round */
  exact: number;
}

export interface Comparison {
  load: Load;
  rounds: number;
  /** one result of every window and product */
  windows: number;
  streams: Rate;
  /** `ratio`: to Kafka Streams' one thread */
  ours: (Rate & Batching & { ratio: number })[];
}

const INPUT = 'bench-processed-orders';
const PARTITIONS = 3;
const HOUR = 3_600;
/** Each way's best of them counts: what else the machine does only ever slows one down. */
const ROUNDS = 3;
const STREAMS = 'kafka-streams';

/**
 * Aggregates the same topic by Kafka Streams and by the packaged aggregateOrders, in turn on the same servers, and
 * compares what both have produced with a fold in memory.
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

/** How many are right to the cent. @throws Error where there is one that nobody ordered */
function exact(found: Map<string, Metric>, expected: Map<string, Metric>): number {
  const stranger = [...found.keys()].find((key) => !expected.has(key));
  if (stranger !== undefined) throw new Error(`${stranger}: a result of a window that should be open, or isn't there`);
  return [...expected].filter(([key, metric]) => isDeepStrictEqual(found.get(key), metric)).length;
}

function best(rates: readonly Rate[] = []): Rate {
  const [first] = rates.toSorted((a, b) => a.milliseconds - b.milliseconds);
  if (first === undefined) throw new Error('nothing was measured');
  return { ...first, exact: Math.min(...rates.map(({ exact: right }) => right)) };
}
