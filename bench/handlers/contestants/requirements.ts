import { Kafka, type Message, Partitioners } from 'kafkajs';
import type { MskEvent } from '#lib/kafka/event.ts';

/**
 * The handler of the requirements ("Example Lambda function" of the fleet), line by line in TypeScript: a log line for
 * each record, and for each alert one more, a produce and a flush.
 */
const logger = console;
const ALERTS_TOPIC = 'alerts-topic';

interface Alert {
  vehicleId: string;
  alert: string;
  speed: number;
  timestamp: string;
}

let producer: ReturnType<Kafka['producer']> | undefined;

async function connected(brokers: string) {
  if (producer === undefined) {
    const kafka = new Kafka({ clientId: 'lambda-producer', brokers: brokers.split(',') });
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
  }
  return producer;
}

export async function handler(event: MskEvent) {
  await connected(event.bootstrapServers);
  try {
    logger.info('Starting to process records');
    for (const [recordKey, messages] of Object.entries(event.records)) {
      logger.info(`Processing records for topic-partition: ${recordKey}`);
      for (const message of messages) {
        try {
          if (message.value === undefined) {
            logger.error("No 'value' field found in message:", message);
            continue;
          }
          const decodedPayload = decodeMessage(String(message.value));
          logger.info('Decoded payload:', decodedPayload);
          if ((decodedPayload['speed'] ?? 0) > 80) {
            await publishToKafka(event.bootstrapServers, {
              vehicleId: decodedPayload.vehicleId,
              alert: 'Speeding',
              speed: decodedPayload.speed,
              timestamp: decodedPayload.timestamp,
            });
          }
        } catch (error) {
          logger.error('Error processing message:', error);
          logger.error('Message:', message);
        }
      }
    }
    logger.info('Finished processing all records');
    return { statusCode: 200, message: 'Processed successfully' };
  } catch (error) {
    logger.error('Critical error:', error);
    return { statusCode: 500, error: String(error) };
  }
}

function decodeMessage(rawValue: string): Alert {
  return JSON.parse(Buffer.from(rawValue, 'base64').toString('utf8')) as Alert;
}

/** `produce`, then `flush`: the answer of all in-sync replicas is awaited, as with librdkafka's default. */
async function publishToKafka(brokers: string, alert: Alert): Promise<void> {
  const alertJson = JSON.stringify(alert);
  logger.info(`Publishing alert to ${ALERTS_TOPIC}: ${alertJson}`);
  const messages: Message[] = [{ value: alertJson }];
  await (await connected(brokers)).send({ topic: ALERTS_TOPIC, acks: -1, messages });
}
