import { PermanentError, TransientError, toPipelineError, UNEXPECTED } from '../errors.ts';
import { type Batch, type BatchMiddleware, batchOf, type Failure } from './batch.ts';
import { textHeader } from './headers.ts';
import type { Message } from './message.ts';
import type { RecordProducer } from './producer.ts';
import { coordinatesText, type KafkaRecord } from './records.ts';
import { isInTail, tailsOf } from './tail.ts';

/** From this batch size on, a batch of which most records made the code throw is the code's fault. */
const GUARDED_BATCH = 20;
/** A dead letter's message header is cut here: a store's error text may be long. */
const MESSAGE_LENGTH = 500;

export interface DeadLetterOptions {
  /** the function's name, for the header */
  function: string;
  producer: RecordProducer;
  /** where the dead letters of a topic go */
  topicOf: (topic: string) => string;
}

/**
 * The dead letter of a record: key and value byte for byte, its own headers, and why it is here, in the pattern of
 * Kafka Connect's and Kafka Streams' headers.
 */
export function deadLetter({ record, error }: Failure, topic: string, functionName: string): Message {
  const reasons = {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestamp,
    function: functionName,
    exception: error.code,
    message: error.message.slice(0, MESSAGE_LENGTH),
  };
  const headers = Object.entries(reasons).map(([name, value]) => textHeader(`__lambda.errors.${name}`, value));
  return { topic, key: record.key, value: record.value, headers: [...record.headers, ...headers], from: record };
}

/**
 * Middleware: produces a dead letter for each failure that is permanent and keeps those that are to be handed back.
 * A permanent failure behind a retriable one of its partition waits for the next delivery: it comes again anyway.
 * A dead letter that can't be produced makes its record retriable: it is never dropped.
 */
export function deadLetters(options: DeadLetterOptions): BatchMiddleware {
  return {
    async after(request) {
      const batch = batchOf(request.internal);
      const failures = request.response as readonly Failure[];
      guardAgainstBrokenCode(batch, failures);
      const tails = tailsOf(failures);
      const dead = failures.filter(({ record, error }) => !error.retriable && !isInTail(tails, record));
      request.internal.deadLetters = dead;
      request.response = [...failures.filter(({ error }) => error.retriable), ...(await send(batch, dead))];
    },
  };

  async function send(batch: Batch, dead: readonly Failure[]): Promise<Failure[]> {
    if (dead.length === 0) return [];
    const letters = dead.map((failure) => deadLetter(failure, options.topicOf(failure.record.topic), options.function));
    try {
      const refused = await options.producer.send(batch.bootstrapServers, letters, batch.deadline);
      return refused.map(({ message, error }) => undeliverable(message.from, error));
    } catch (error) {
      return dead.map(({ record }) => undeliverable(record, toPipelineError(error)));
    }
  }
}

const undeliverable = (record: KafkaRecord, cause: Error): Failure => ({
  record,
  error: new TransientError('DEAD_LETTER', `the dead letter of ${coordinatesText(record)} was not stored`, { cause }),
});

/** Records are bad one by one; when most of a batch throws something that is no validation error, the code is bad. */
function guardAgainstBrokenCode(batch: Batch, failures: readonly Failure[]): void {
  const size = batch.partitions.reduce((sum, { records }) => sum + records.length, 0);
  const unexpected = failures.filter(({ error }) => error instanceof PermanentError && error.code === UNEXPECTED);
  if (size < GUARDED_BATCH || unexpected.length * 2 <= size) return;
  const cause = unexpected[0]?.error;
  throw new TransientError('BROKEN_CODE', `${unexpected.length} of ${size} records made the code throw`, { cause });
}
