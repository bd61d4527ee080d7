import { type GeneratorOptions, type RunningGenerator, runAtRate } from '../../load/generator.ts';
import { createManifest } from '../../load/manifest.ts';
import { startProducer } from '../../load/producer.ts';
import type { Manifest } from '../../manifest.ts';
import { DEMO } from '../places.ts';
import { createDemo } from './records.ts';

export interface DemoGeneratorOptions extends GeneratorOptions {
  /** Records per second; 2 by default. */
  rate?: number | undefined;
}

const DEFAULT_RATE = 2;

/**
 * Starts a slow load of records of every kind on demo_topic, where any record is good.
 *
 * @throws Error where the brokers can't be reached
 */
export async function startDemo(options: DemoGeneratorOptions): Promise<RunningGenerator<Manifest>> {
  const { brokers, seed, rate = DEFAULT_RATE, traces } = options;
  const manifest = createManifest(seed, Date.now(), []);
  const producer = await startProducer({ brokers, clientId: 'demo', topics: [DEMO], manifest, traces });
  const next = createDemo(seed);
  return runAtRate(options, rate, producer, manifest, (count) => Array.from({ length: count }, next));
}
