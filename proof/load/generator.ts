import type { TraceStarter } from '#lib/observability/tracing/trace-starter.ts';
import type { Manifest } from '../manifest.ts';
import type { WritableManifest } from './manifest.ts';
import { type Rate, startPace } from './pace.ts';
import type { GeneratorProducer } from './producer.ts';
import type { GeneratedRecord } from './record.ts';

/** The progress of a generator. */
export interface Progress extends Pick<Manifest, 'topics' | 'raised' | 'causes'> {
  seconds: number;
  /** Records whose send failed. */
  uncertain: number;
  /** Records that are queued or being sent. */
  pending: number;
  /** Why the latest failed send failed. */
  lastError?: string;
}

/** The options that every generator takes. */
export interface GeneratorOptions {
  /** "127.0.0.1:9092,…" */
  brokers: string;
  seed: number;
  /** Starts the traces of a share of the records; without it, no record has one. */
  traces?: TraceStarter | undefined;
  /** Without it the generator runs until `stop()`. */
  durationSeconds?: number | undefined;
  /** Called about once a second. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A generator that is running. */
export interface RunningGenerator<M extends Manifest = Manifest> {
  manifest: M;
  progress(): Progress;
  /** Resolves when the duration is over or stop() was called; rejects if the generator failed. Then call stop(). */
  finished: Promise<void>;
  /** Ends the load, waits for the acknowledgements, disconnects. The manifest is then complete. */
  stop(): Promise<M>;
}

/**
 * Runs a source of records at a rate until its duration is over or it is stopped.
 *
 * @param make makes `count` records for `now` (ms since the epoch)
 */
export function runAtRate<M extends WritableManifest>(
  { durationSeconds, onProgress }: GeneratorOptions,
  rate: Rate,
  producer: GeneratorProducer,
  manifest: M,
  make: (count: number, now: number) => GeneratedRecord[],
): RunningGenerator<M> {
  const pace = startPace({
    rate,
    durationSeconds,
    make: (count, now) => producer.send(make(count, now), now),
  });
  return watch(producer, manifest, onProgress, pace);
}

/** A running generator. @param feed calls the producer */
export function watch<M extends WritableManifest>(
  producer: GeneratorProducer,
  manifest: M,
  onProgress: GeneratorOptions['onProgress'],
  feed: { finished: Promise<void>; stop(): void },
): RunningGenerator<M> {
  const startedAt = Date.now();
  manifest.loadStartedAt = startedAt;
  const progress = (): Progress => {
    const lastError = producer.lastError()?.message;
    return {
      seconds: Math.round((Date.now() - startedAt) / 1000),
      topics: manifest.topics,
      raised: manifest.raised,
      causes: manifest.causes,
      uncertain: manifest.uncertain.length,
      pending: producer.pending(),
      ...(lastError !== undefined && { lastError }),
    };
  };
  const timer = onProgress && setInterval(() => onProgress(progress()), 1000);
  let stopped: Promise<M> | undefined;

  async function stop(): Promise<M> {
    feed.stop();
    clearInterval(timer);
    await producer.stop();
    manifest.stoppedAt = Date.now();
    return manifest;
  }
  return { manifest, progress, finished: feed.finished, stop: () => (stopped ??= stop()) };
}
