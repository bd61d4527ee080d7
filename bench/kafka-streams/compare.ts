import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { cacheFolder } from '../../local/servers/cache.ts';
import { fetchJars } from '../../local/servers/fetch-jars.ts';
import { findJava } from '../../local/servers/java.ts';
import { type Progress, streamProgress } from '../../local/servers/progress.ts';
import { startStack } from '../../local/stack.ts';
import { writeEvents } from './events.ts';
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
  ours: (Rate & { batch: number; ratio: number })[];
}

const INPUT = 'bench-processed-orders';
const PARTITIONS = 3;
const HOUR = 3_600;
/** Each way's best of them counts: what else the machine does only ever slows one down. */
const ROUNDS = 3;
/** Stands for Kafka Streams among the sizes of batches. */
const STREAMS = 0;

/**
 * Aggregates the same topic by Kafka Streams and by the packaged aggregateOrders, in turn on the same servers, and
 * compares what both have produced with a fold in memory.
 */
export async function compare(load: Load, batches: readonly number[], signal: AbortSignal): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-kafka-streams-'));
  const progress = streamProgress(process.stderr);
  try {
    return await compareIn(folder, load, batches, progress, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compareIn(
  folder: string,
  load: Load,
  batches: readonly number[],
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
    const events = new Map<number, string[]>();
    for (const batch of batches) events.set(batch, await writeEvents(join(folder, `events-${batch}`), source, batch));
    const rates = new Map<number, Rate[]>();
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const batch of [STREAMS, ...batches]) {
        signal.throwIfAborted();
        const name = batch === STREAMS ? 'kafka-streams' : `batches-of-${batch}`;
        const output = `bench-${name}-${round}`;
        const milliseconds =
          batch === STREAMS
            ? await runStreams(place, output)
            : await runOurs(place, packaged, output, events.get(batch) ?? []);
        const rate: Rate = {
          recordsPerSecond: Math.round((records / milliseconds) * 1000),
          milliseconds: Math.round(milliseconds),
          exact: exact(await readMetrics(brokers, output), expected),
        };
        rates.set(batch, [...(rates.get(batch) ?? []), rate]);
        progress.line(`round ${round}, ${name}: ${rate.recordsPerSecond} records/s`);
      }
    }
    const streams = best(rates.get(STREAMS));
    const ours = batches.map((batch) => {
      const rate = best(rates.get(batch));
      return { batch, ...rate, ratio: Math.round((rate.recordsPerSecond / streams.recordsPerSecond) * 100) / 100 };
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
