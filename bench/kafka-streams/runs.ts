import { fork } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deploy } from '#local/deploy/deploy.ts';
import { localEnvironment } from '#local/deploy/environment.ts';
import { NOWHERE } from '#local/deploy/servers.ts';
import { cacheFolder } from '#local/servers/cache.ts';
import { KAFKA_STREAMS } from '#local/servers/jars/artifacts.ts';
import { classPath } from '#local/servers/jars/jars.ts';
import { findJava } from '#local/servers/java/java.ts';
import { runTool } from '#local/servers/process/tool.ts';
import type { Stack } from '#local/stack.ts';
import type { Packaged } from '../packaged.ts';
import type { FeedRequest } from './feed.ts';
import { createTopic } from './topics.ts';

export interface Place {
  stack: Stack;
  folder: string;
  /** The topic of processed orders. */
  input: string;
  /** Number of records in it. */
  records: number;
}

export const OUTPUT_PARTITIONS = 3;

/** Variants of the program in Java. `default` is at least once, with RocksDB. */
export type Variant = 'default' | 'in memory' | 'exactly once';

/** Runs one thread of Kafka Streams over the whole topic. @returns its time in ms */
export async function runStreams(
  { stack, folder, input, records }: Place,
  variant: Variant,
  output: string,
): Promise<number> {
  const brokers = stack.endpoints.kafka;
  await createTopic(brokers, output, OUTPUT_PARTITIONS);
  const java = await findJava(17);
  const log = join(folder, `${output}.log`);
  // No options for compiler or garbage collector: both programs run as in production.
  const args = ['-Dlog4j2.level=WARN', '-cp', classPath(cacheFolder(), KAFKA_STREAMS), 'ProductMetrics'];
  await runTool({
    name: 'Kafka Streams',
    command: java.path,
    args: [...args, brokers, input, output, join(folder, output), String(records), variant],
    folder,
    log,
  });
  const line = (await readFile(log, 'utf8')).split('\n').find((text) => text.startsWith('{"milliseconds"')) ?? '{}';
  return (JSON.parse(line) as { milliseconds: number }).milliseconds;
}

/** Runs the packaged function with these events on an empty table. @returns its time in ms */
export async function runOurs(place: Place, packaged: Packaged, output: string, files: string[]): Promise<number> {
  const { stack, folder } = place;
  const { endpoints } = stack;
  await createTopic(endpoints.kafka, output, OUTPUT_PARTITIONS);
  const { environments } = await deploy(packaged.template, output, endpoints);
  const log = openSync(join(folder, `${output}.log`), 'w');
  const child = fork(join(import.meta.dirname, 'feed.ts'), {
    stdio: ['ignore', log, log, 'ipc'],
    env: {
      ...(environments['AggregateOrdersLambdaFunction'] as Record<string, string>),
      ...localEnvironment(endpoints, NOWHERE),
      METRICS_TOPIC: output,
      AWS_LAMBDA_FUNCTION_NAME: 'aggregateOrders',
    },
  });
  child.send({ module: packaged.bundleOf('aggregateOrders'), files } satisfies FeedRequest);
  const { milliseconds, error } = await new Promise<Answer>((resolve) => {
    child.once('message', (message) => resolve(message as Answer));
    child.once('exit', (code) => resolve({ error: `the function's process ended with exit code ${code}` }));
  });
  if (milliseconds === undefined) throw new Error(error);
  return milliseconds;
}

interface Answer {
  milliseconds?: number;
  error?: string;
}
