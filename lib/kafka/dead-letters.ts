import type { Deadline } from '../deadline.ts';
import { PermanentError, type PipelineError, TransientError, toPipelineError, UNEXPECTED } from '../errors.ts';
import { type Batch, countOf, type Failure } from './batch.ts';
import type { RecordProducer } from './client/producer.ts';
import { deadLetter } from './dead-letter.ts';
import type { HandingBack } from './handing-back.ts';
import { batchBytes, type Message } from './message.ts';
import { coordinatesText, type KafkaRecord } from './records.ts';
import { isInTail, type Tails, tailsOf } from './tail.ts';

/** A batch of this size or more fails as a whole when most of its records made the code throw. */
const GUARDED_BATCH = 20;

export interface DeadLetterOptions {
  /** the function's name, for the header */
  function: string;
  producer: RecordProducer;
  handingBack: HandingBack;
  /** the dead-letter topic of a topic */
  topicOf: (topic: string) => string;
}

export interface DeadLettersSent {
  /** failures with a dead letter in its topic */
  readonly stored: readonly Failure[];
  /** failures that must be handed back: retriable ones, and those with a dead letter that could not be stored */
  readonly toRetry: readonly Failure[];
}

/** Whether Lambda will deliver a record again when the tails are handed back. */
const comesAgain: Record<HandingBack, (tails: Tails, record: KafkaRecord) => boolean> = {
  throw: (tails) => tails.size > 0,
  report: isInTail,
};

/**
 * Makes the function that sends a batch's dead letters: one for each record with a permanent failure.
 *
 * - A record that Lambda delivers again gets its dead letter after its last delivery, not one for each delivery.
 * - If the topic refuses a dead letter as too large, the dead letter is made smaller until it fits.
 * - If a dead letter can't be stored, its record becomes retriable: no record is dropped.
 */
export function deadLetters(options: DeadLetterOptions) {
  const isDeliveredAgain = comesAgain[options.handingBack];

  return async (batch: Batch, failures: readonly Failure[], deadline: Deadline): Promise<DeadLettersSent> => {
    guardAgainstBrokenCode(batch, failures);
    const tails = tailsOf(failures);
    const permanent = failures.filter(({ error }) => !error.retriable);
    const dead = onePerRecord(permanent.filter(({ record }) => !isDeliveredAgain(tails, record)));
    const undelivered = await send(batch.bootstrapServers, dead, deadline);
    const withoutLetter = new Set(undelivered.map(({ record }) => record));
    return {
      stored: dead.filter(({ record }) => !withoutLetter.has(record)),
      toRetry: [...failures.filter(({ error }) => error.retriable), ...undelivered],
    };
  };

  /** @returns for each dead letter that is not stored: its record, with a retriable error */
  async function send(bootstrapServers: string, dead: readonly Failure[], deadline: Deadline): Promise<Failure[]> {
    const undelivered: Failure[] = [];
    let pending = dead.map((failure) => ({ failure, letter: letterOf(failure) }));
    while (pending.length > 0) {
      const smaller: typeof pending = [];
      try {
        const letters = pending.map(({ letter }) => letter);
        const refusals = await options.producer.send(bootstrapServers, letters, deadline);
        const refusalOf = new Map(refusals.map((refusal) => [refusal.message.from, refusal]));
        for (const { failure, letter } of pending) {
          const refusal = refusalOf.get(failure.record);
          if (refusal === undefined) continue;
          const next = letterOf(failure, refusal.fits);
          if (batchBytes(next) < batchBytes(letter)) smaller.push({ failure, letter: next });
          else undelivered.push(notStored(failure.record, refusal.error));
        }
      } catch (error) {
        const cause = toPipelineError(error);
        return [...undelivered, ...pending.map(({ failure }) => notStored(failure.record, cause))];
      }
      pending = smaller;
    }
    return undelivered;
  }

  function letterOf(failure: Failure, fits?: number): Message {
    return deadLetter(failure, options.topicOf(failure.record.topic), options.function, fits);
  }
}

/** A record can have several failures, one for each message that was made from it. It gets one dead letter. */
function onePerRecord(failures: readonly Failure[]): Failure[] {
  const seen = new Set<KafkaRecord>();
  return failures.filter(({ record }) => !seen.has(record) && seen.add(record));
}

function notStored(record: KafkaRecord, cause: PipelineError): Failure {
  const why = `the dead letter of ${coordinatesText(record)} was not stored: ${cause.code}, ${cause.message}`;
  return { record, error: new TransientError('DEAD_LETTER', why, { cause }) };
}

/**
 * A few records of a batch may be bad. If most of them make the code throw something unexpected, the code is broken.
 */
function guardAgainstBrokenCode(batch: Batch, failures: readonly Failure[]): void {
  const size = countOf(batch);
  const unexpected = failures.filter(({ error }) => error instanceof PermanentError && error.code === UNEXPECTED);
  if (size < GUARDED_BATCH || unexpected.length * 2 <= size) return;
  const cause = unexpected[0]?.error;
  throw new TransientError('BROKEN_CODE', `${unexpected.length} of ${size} records made the code throw`, { cause });
}
