import { PermanentError, type PipelineError, TransientError, toPipelineError, UNEXPECTED } from '../errors.ts';
import { type Batch, type BatchMiddleware, batchOf, type Failure } from './batch.ts';
import type { RecordProducer } from './client/producer.ts';
import { deadLetter } from './dead-letter.ts';
import type { HandingBack } from './handing-back.ts';
import { batchBytes, type Message } from './message.ts';
import { coordinatesText, type KafkaRecord } from './records.ts';
import { isInTail, type Tails, tailsOf } from './tail.ts';

/** From this batch size on, a batch of which most records made the code throw is the code's fault. */
const GUARDED_BATCH = 20;

export interface DeadLetterOptions {
  /** the function's name, for the header */
  function: string;
  producer: RecordProducer;
  handingBack: HandingBack;
  /** where the dead letters of a topic go */
  topicOf: (topic: string) => string;
}

/** Whether a record will be delivered again, where those tails are handed back. */
const comesAgain: Record<HandingBack, (tails: Tails, record: KafkaRecord) => boolean> = {
  throw: (tails) => tails.size > 0,
  report: isInTail,
};

/**
 * Middleware: produces a dead letter for each record that failed for good and keeps those that are to be handed back.
 * A record that comes again anyway gets its letter then: else it would leave one each time. A letter that its topic
 * refuses as too large is made smaller until it fits. A dead letter that can't be produced makes its record retriable:
 * it is never dropped.
 */
export function deadLetters(options: DeadLetterOptions): BatchMiddleware {
  const isAgain = comesAgain[options.handingBack];
  return {
    async after(request) {
      const batch = batchOf(request.internal);
      const failures = request.response as readonly Failure[];
      guardAgainstBrokenCode(batch, failures);
      const tails = tailsOf(failures);
      const dead = oneOfEach(failures.filter(({ record, error }) => !error.retriable && !isAgain(tails, record)));
      const deadline = request.internal.lettersDeadline ?? batch.deadline;
      const kept = await send({ ...batch, deadline }, dead);
      const notStored = new Set(kept.map(({ record }) => record));
      request.internal.deadLetters = dead.filter(({ record }) => !notStored.has(record));
      request.response = [...failures.filter(({ error }) => error.retriable), ...kept];
    },
  };

  /** Returns the failures whose letters are not stored. */
  async function send({ bootstrapServers, deadline }: Batch, dead: readonly Failure[]): Promise<Failure[]> {
    const failureOf = new Map(dead.map((failure) => [failure.record, failure]));
    const letterOf = (failure: Failure, fits?: number) =>
      deadLetter(failure, options.topicOf(failure.record.topic), options.function, fits);
    const kept: Failure[] = [];
    let letters = dead.map((failure) => letterOf(failure));
    while (letters.length > 0) {
      const smaller: Message[] = [];
      try {
        for (const { message, error, fits } of await options.producer.send(bootstrapServers, letters, deadline)) {
          const letter = letterOf(failureOf.get(message.from) as Failure, fits);
          if (batchBytes(letter) < batchBytes(message)) smaller.push(letter);
          else kept.push(undeliverable(message.from, error));
        }
      } catch (error) {
        return [...kept, ...letters.map(({ from }) => undeliverable(from, toPipelineError(error)))];
      }
      letters = smaller;
    }
    return kept;
  }
}

/** Two messages that come from one record, and are both refused, are one record with one dead letter. */
function oneOfEach(failures: readonly Failure[]): Failure[] {
  const seen = new Set<KafkaRecord>();
  return failures.filter(({ record }) => !seen.has(record) && seen.add(record));
}

function undeliverable(record: KafkaRecord, cause: PipelineError): Failure {
  const why = `the dead letter of ${coordinatesText(record)} was not stored: ${cause.code}, ${cause.message}`;
  return { record, error: new TransientError('DEAD_LETTER', why, { cause }) };
}

/** Records are bad one by one; when most of a batch throws something that is no validation error, the code is bad. */
function guardAgainstBrokenCode(batch: Batch, failures: readonly Failure[]): void {
  const size = batch.partitions.reduce((sum, { records }) => sum + records.length, 0);
  const unexpected = failures.filter(({ error }) => error instanceof PermanentError && error.code === UNEXPECTED);
  if (size < GUARDED_BATCH || unexpected.length * 2 <= size) return;
  const cause = unexpected[0]?.error;
  throw new TransientError('BROKEN_CODE', `${unexpected.length} of ${size} records made the code throw`, { cause });
}
