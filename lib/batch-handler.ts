import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { batchDeadlines } from './deadline.ts';
import { type Invocation, newInvocation } from './invocation.ts';
import { admit } from './kafka/admit.ts';
import { type BatchFunction, readBatch, recordsOf } from './kafka/batch.ts';
import type { RecordProducer } from './kafka/client/producer.ts';
import { deadLetters } from './kafka/dead-letters.ts';
import type { MskBatchResponse, MskEvent } from './kafka/event.ts';
import { type HandingBack, handBack } from './kafka/handing-back.ts';
import { observe } from './observability/observe.ts';

export interface BatchHandlerOptions {
  /** the function's name, for logs, metrics and dead letters' headers */
  function: string;
  handingBack: HandingBack;
  producer: RecordProducer;
  /** the dead-letter topic of a topic */
  deadLetterTopicOf: (topic: string) => string;
  /** true: the function gets every record, also those that {@link admit} leaves out */
  takesAny?: boolean;
}

/**
 * A Lambda handler for MSK events. The steps are the same for every function, and stand here in the order in which they
 * happen. middy's middleware logs and counts the invocation, also when a step throws or Lambda's time runs out.
 * @example
 * export const handler = batchHandler({ function: 'processTelemetry', … }, async (batch) => []);
 */
export function batchHandler(options: BatchHandlerOptions, work: BatchFunction) {
  const { handingBack, producer, deadLetterTopicOf: topicOf, takesAny } = options;
  const sendDeadLetters = deadLetters({ function: options.function, producer, handingBack, topicOf });

  const handle = middy<Invocation, MskBatchResponse | undefined>()
    .use(observe({ function: options.function }))
    .handler(async (invocation, context) => {
      const deadlines = batchDeadlines(context);
      const batch = readBatch(invocation.event, deadlines.work);
      invocation.records = recordsOf(batch).length;

      const everything = { admitted: batch, refused: [], forOthers: 0 };
      const { admitted, refused, forOthers } = takesAny ? everything : admit(batch, options.function);
      invocation.forOthers = forOthers;
      const failures = [...refused, ...(await work(admitted))];

      const { stored, toRetry } = await sendDeadLetters(batch, failures, deadlines.letters);
      invocation.deadLetters = stored;
      invocation.handedBack = toRetry;

      return handBack(handingBack, batch, toRetry);
    });

  return (event: MskEvent, context: Context) => handle(newInvocation(event), context);
}
