import { join } from 'node:path';
import type { Progress } from '#local/servers/progress.ts';
import { startStack } from '#local/stack.ts';
import type { Figure } from '../benchmark.ts';
import { createTopic } from '../kafka-streams/topics.ts';
import type { Laboratory } from './measure.ts';
import type { Case } from './plan.ts';

const ROUNDS = 3;
const LEAST_RATIO = 50;
const PARTITIONS = 3;

/**
 * Compares processTelemetry with the handler of the requirements; both send to a local broker.
 * @param ours measures bundles with kafkajs, as a deployment uploads them
 */
export async function withBroker(
  { ours: our, theirs: their }: { ours: Laboratory; theirs: Laboratory },
  folder: string,
  progress: Progress,
  signal: AbortSignal,
) {
  const stack = await startStack({ stage: 'local', minimal: true, root: join(folder), progress, signal });
  try {
    const brokers = stack.endpoints.kafka;
    for (const topic of ['processed-data-topic', 'alerts-topic']) await createTopic(brokers, topic, PARTITIONS);
    const caseOf = (contestant: Case['contestant'], events: number): Case => ({
      name: `${contestant} with a broker`,
      contestant,
      workload: { topic: 'raw-data-topic', batch: 1_000, events, brokers },
    });
    // The handler of the requirements takes seconds for a thousand records.
    const [theirs, ours] = [caseOf('requirements', 1), caseOf('processTelemetry', 10)];
    const rates = { theirs: [] as number[], ours: [] as number[], cpu: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      rates.theirs.push((await their.measure(theirs, false)).rate);
      const { rate, cpu } = await our.measure(ours, false);
      rates.ours.push(rate);
      rates.cpu.push(cpu);
    }
    return figuresOf(rates);
  } finally {
    await stack.stop();
  }
}

function figuresOf({ theirs, ours, cpu }: { theirs: number[]; ours: number[]; cpu: number[] }): Figure[] {
  const name = 'processTelemetry with a broker, batches of 1,000';
  return [
    { name, unit: 'records/s', better: 'higher', rounds: ours },
    { name: "the requirements' handler with a broker", unit: 'records/s', better: 'higher', rounds: theirs },
    {
      name,
      unit: "of the requirements' handler",
      better: 'higher',
      rounds: ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN)),
      bound: LEAST_RATIO,
    },
    { name: `${name}, with kafkajs`, unit: 'µs of CPU a record', better: 'lower', rounds: cpu },
  ];
}
