import { randomUUID } from 'node:crypto';
import { kafkaOf } from '../../deploy/servers.ts';
import { recordOf } from '../readback/kafka.ts';
import { ALERTS } from '../topics.ts';
import { headerOf } from '../world.ts';

/** An alert that arrived at a consumer. */
export interface AlertSample {
  /** the alert's `source`: `raw-data-topic-<partition>-<offset>/<kind>` */
  source: string;
  /** ms since the epoch */
  arrived: number;
}

export interface Watch<T> {
  /** how many samples there are by now */
  seen(): number;
  /** Ends the watching, leaves nothing behind, and gives what was seen. */
  stop(): Promise<T[]>;
}

/**
 * Consumes alerts-topic from now on and notes when each alert arrives: what a person who is told of alerts would see.
 * Resolves when the consumer has its partitions. Nothing is committed; its group is removed at the end.
 *
 * The latency is `arrived` minus the raw record's own Kafka timestamp, found afterwards by `source` in what is read
 * back. Both clocks are this machine's. The consumer shares its process with the generator, whose work it waits for.
 *
 * @param options.brokers `127.0.0.1:9092,…`
 */
export async function watchAlerts({ brokers }: { brokers: string }): Promise<Watch<AlertSample>> {
  const kafka = kafkaOf({ kafka: brokers }, 'report-latency');
  const groupId = `report-latency-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 500 });
  const samples: AlertSample[] = [];
  const joined = Promise.withResolvers<void>();
  consumer.on('consumer.group_join', () => joined.resolve());
  consumer.on('consumer.crash', ({ payload }) => payload.restart || joined.reject(payload.error));
  const remove = async () => {
    await consumer.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteGroups([groupId]).catch(() => {});
    await admin.disconnect();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topic: ALERTS, fromBeginning: false });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const arrived = Date.now();
        for (const message of batch.messages) {
          const source = headerOf(recordOf(batch.topic, batch.partition, message), 'source');
          if (source !== undefined) samples.push({ source, arrived });
        }
      },
    });
    await joined.promise;
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
  return {
    seen: () => samples.length,
    async stop() {
      await remove();
      return samples;
    },
  };
}
