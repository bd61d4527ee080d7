import { type GeneratorOptions, type RunningGenerator, watch } from '../../load/generator.ts';
import { createManifest } from '../../load/manifest.ts';
import { startProducer } from '../../load/producer.ts';
import type { Manifest } from '../../manifest.ts';
import { RAW } from '../places.ts';
import { ALERTS, alertsOf, readingMark } from './alerts.ts';
import { toReading } from './readings.ts';
import { schedule, type TraceMeasurement } from './trace.ts';

export interface TraceGeneratorOptions extends Omit<GeneratorOptions, 'seed'> {
  measurements: readonly TraceMeasurement[];
  /** The speed relative to the recording; 1 or more. */
  speedup: number;
  /** Whether event times are moved to now; otherwise they are the recorded times. */
  shift: boolean;
}

/**
 * Starts the replay of a recorded trace on raw-data-topic. It ends with the trace, or earlier with the duration.
 *
 * @throws Error where the brokers can't be reached
 */
export async function startTrace(options: TraceGeneratorOptions): Promise<RunningGenerator<Manifest>> {
  const { brokers, measurements, speedup, shift, durationSeconds = Number.POSITIVE_INFINITY, onProgress } = options;
  const manifest = createManifest(0, Date.now(), [], ALERTS);
  const producer = await startProducer({ brokers, clientId: 'trace', topics: [RAW], manifest });
  const start = Date.now();
  const replayed = schedule(measurements, { start, speedup, shift });
  const end = start + durationSeconds * 1000;
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  let next = 0;

  function sendDue() {
    const now = Date.now();
    for (let due = replayed[next]; due && start + due.afterMs <= now; due = replayed[++next]) {
      const reading = toReading(due.measurement);
      const mark = readingMark(alertsOf(reading), false);
      const value = Buffer.from(JSON.stringify(reading));
      producer.send([{ topic: RAW, key: reading.vehicleId, value, mark }], now);
    }
    const following = replayed[next];
    if (!following || now >= end) return resolve();
    timer = setTimeout(sendDue, Math.max(0, Math.min(start + following.afterMs, end) - now));
  }
  function stop() {
    clearTimeout(timer);
    resolve();
  }
  sendDue();
  return watch(producer, manifest, onProgress, { finished, stop });
}
