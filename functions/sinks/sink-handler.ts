import type * as z from 'zod';
import { type BatchHandlerOptions, batchHandler } from '#lib/batch-handler.ts';
import { handingBack, kafkaAuth, positive, type readConfiguration } from '#lib/configuration.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { deadLetterTopicOf, deadLetterTopics } from './routes.ts';
import type { Sink } from './sink.ts';
import { guarded } from './store-at-fault.ts';

/** Variables that every sink has in its environment. */
export const sinkVariables = {
  KAFKA_AUTH: kafkaAuth,
  HANDING_BACK: handingBack,
  DEAD_LETTER_MAX_BYTES: positive,
} satisfies z.ZodRawShape;

type SinkConfiguration = ReturnType<typeof readConfiguration<typeof sinkVariables>>;

/** The Lambda handler of a sink. Dead letters go to the topics in routes.ts. */
export function sinkHandler(
  name: string,
  config: SinkConfiguration,
  sink: Sink,
  options: Pick<BatchHandlerOptions, 'takesAny'> = {},
) {
  const limits = Object.fromEntries(deadLetterTopics.map((topic) => [topic, config.DEAD_LETTER_MAX_BYTES]));
  return batchHandler(
    {
      function: name,
      handingBack: config.HANDING_BACK,
      producer: createProducer({ auth: config.KAFKA_AUTH, clientId: name, limits }),
      deadLetterTopicOf,
      ...options,
    },
    (batch) => guarded(sink).write(batch),
  );
}
