import middy from '@middy/core';
import { type BatchFunction, parseBatch } from './kafka/batch.ts';
import { deadLetters } from './kafka/dead-letters.ts';
import { type HandingBack, handBack } from './kafka/handing-back.ts';
import type { RecordProducer } from './kafka/producer.ts';
import { observe } from './observability/observe.ts';

export interface BatchHandlerOptions {
  /** the function's name, for logs, metrics and dead letters' headers */
  function: string;
  handingBack: HandingBack;
  producer: RecordProducer;
  /** where the dead letters of a topic go */
  deadLetterTopicOf: (topic: string) => string;
}

/**
 * A Lambda handler for MSK events, the same four layers for every function. Read inside out: the event becomes a
 * batch, the function does it and says what is not done, what never can be goes to its dead-letter topic, the rest
 * is handed back in the words that the mapping understands, and all of it is logged and counted.
 * @example
 * export const handler = batchHandler({ function: 'processTelemetry', … }, async (batch) => []);
 */
export function batchHandler(options: BatchHandlerOptions, work: BatchFunction) {
  return middy()
    .use(observe({ function: options.function }))
    .use(handBack({ mode: options.handingBack }))
    .use(deadLetters({ function: options.function, producer: options.producer, topicOf: options.deadLetterTopicOf }))
    .use(parseBatch())
    .handler(async (batch: unknown) => work(batch as Parameters<BatchFunction>[0]));
}
