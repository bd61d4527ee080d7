import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { batchDeadlines, type Deadline } from '../deadline.ts';
import type { PipelineError } from '../errors.ts';
import type { MskEvent } from './event.ts';
import { type KafkaRecord, type PartitionRecords, partitionsOf } from './records.ts';

/** What a handler gets in place of the raw event. */
export interface Batch {
  /** side by side; the records of each in offset order */
  readonly partitions: readonly PartitionRecords[];
  /** "host:port,…" of the cluster that the event came from */
  readonly bootstrapServers: string;
  /** of the work; dead letters and handing back have their own time behind it */
  readonly deadline: Deadline;
}

/** A record that could not be done, and why. `error.retriable` decides what becomes of it. */
export interface Failure {
  readonly record: KafkaRecord;
  readonly error: PipelineError;
}

/** What a batch function answers: the records that are not done. All the others are, durably. */
export type BatchFunction = (batch: Batch) => Promise<readonly Failure[]>;

export function recordsOf(batch: Pick<Batch, 'partitions'>): KafkaRecord[] {
  return batch.partitions.flatMap((partition) => partition.records);
}

/** `<topic>-<partition>`: how Lambda names a partition in events and responses. */
export function partitionName({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}-${partition}`;
}

/** What the middlewares of one request pass on beside event and response. */
interface BatchInternal extends Record<string, unknown> {
  /** absent where the event itself was unreadable */
  batch?: Batch;
  /** of the dead letters */
  lettersDeadline?: Deadline;
  /** what is in its dead-letter topic */
  deadLetters?: readonly Failure[];
  /** what failed and is tried again */
  handedBack?: readonly Failure[];
}

export type BatchMiddleware = MiddlewareObj<unknown, unknown, Error, Context, BatchInternal>;

/** The batch of a request whose event was read. */
export function batchOf(internal: BatchInternal): Batch {
  if (internal.batch === undefined) throw new TypeError('parseBatch must be the innermost middleware');
  return internal.batch;
}

/** Middleware: the MSK event becomes a {@link Batch}. */
export function parseBatch(): BatchMiddleware {
  return {
    before(request) {
      const event = request.event as MskEvent;
      const { work, letters } = batchDeadlines(request.context);
      const batch: Batch = {
        partitions: partitionsOf(event),
        bootstrapServers: event.bootstrapServers,
        deadline: work,
      };
      request.event = batch;
      Object.assign(request.internal, { batch, lettersDeadline: letters });
    },
  };
}
