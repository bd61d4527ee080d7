import middy from '@middy/core';
import { type Batch, type BatchFunction, parseBatch } from './kafka/batch.ts';
import type { RecordProducer } from './kafka/client/producer.ts';
import { deadLetters } from './kafka/dead-letters.ts';
import { admit } from './kafka/door.ts';
import { type HandingBack, handBack } from './kafka/handing-back.ts';
import { observe } from './observability/observe.ts';

export interface BatchHandlerOptions {
  /** the function's name, for logs, metrics and dead letters' headers */
  function: string;
  handingBack: HandingBack;
  producer: RecordProducer;
  /** where the dead letters of a topic go */
  deadLetterTopicOf: (topic: string) => string;
  /** the function takes any record, the ones too that {@link admit} refuses */
  takesAny?: boolean;
}

/**
 * A Lambda handler for MSK events, the same four layers for every function. Read inside out: the event becomes a
 * batch, the function does what is admitted of it and says what is not done, what never can be goes to its dead-letter
 * topic, the rest is handed back in the words that the mapping understands, and all of it is logged and counted.
 * @example
 * export const handler = batchHandler({ function: 'processTelemetry', … }, async (batch) => []);
 */
export function batchHandler(options: BatchHandlerOptions, work: BatchFunction) {
  const { handingBack, producer, deadLetterTopicOf: topicOf } = options;
  return middy()
    .use(observe({ function: options.function }))
    .use(handBack({ mode: handingBack }))
    .use(deadLetters({ function: options.function, producer, handingBack, topicOf }))
    .use(parseBatch())
    .handler(async (batch: unknown) => (options.takesAny ? work(batch as Batch) : workOnAdmitted(batch as Batch)));

  async function workOnAdmitted(batch: Batch) {
    const { admitted, refused } = admit(batch);
    return [...refused, ...(await work(admitted))];
  }
}
