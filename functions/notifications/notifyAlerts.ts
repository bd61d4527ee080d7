import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { batchHandler } from '#lib/batch-handler.ts';
import { handingBack, kafkaAuth, positive, readConfiguration, text } from '#lib/configuration.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { oneAttempt, storeCall } from '#lib/stores/call.ts';
import { conditionalWrites } from '#lib/stores/conditional-writes.ts';
import { cooldown } from './cooldown.ts';
import { notify, type Publish } from './notify.ts';
import { countTooOld } from './too-old.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  HANDING_BACK: handingBack,
  DEAD_LETTER_TOPIC: text,
  DEAD_LETTER_MAX_BYTES: positive,
  NOTIFICATIONS_TABLE: text,
  NOTIFICATIONS_TOPIC_ARN: text,
  COOLDOWN_MINUTES: positive,
  MAX_AGE_MINUTES: positive,
});

const name = 'notifyAlerts';
const TIMEOUT_MS = 5_000;
const sns = new SNSClient(oneAttempt);

const publish: Publish = async (notification, deadline) => {
  const command = new PublishCommand({ ...notification, TopicArn: config.NOTIFICATIONS_TOPIC_ARN });
  await storeCall({ store: 'SNS', operation: 'Publish', deadline, timeoutMs: TIMEOUT_MS }, (options) =>
    sns.send(command, options),
  );
};

/** alerts-topic -> SNS: one message per vehicle, kind of alert and cooldown. */
export const handler = batchHandler(
  {
    function: name,
    handingBack: config.HANDING_BACK,
    producer: createProducer({
      auth: config.KAFKA_AUTH,
      clientId: name,
      limits: { [config.DEAD_LETTER_TOPIC]: config.DEAD_LETTER_MAX_BYTES },
    }),
    deadLetterTopicOf: () => config.DEAD_LETTER_TOPIC,
  },
  notify({
    cooldown: cooldown({
      write: conditionalWrites(),
      table: config.NOTIFICATIONS_TABLE,
      cooldownMs: config.COOLDOWN_MINUTES * 60_000,
    }),
    publish,
    maxAgeMs: config.MAX_AGE_MINUTES * 60_000,
    tooOld: countTooOld(name),
  }),
);
