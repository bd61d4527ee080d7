import { Partitioners } from 'kafkajs';
import { kafkaOf } from '#local/deploy/servers.ts';
import { sendRecords } from '#local/send-records.ts';
import { Cluster } from '#msk';
import type { Sent } from '../../contract.ts';

const BASE64 = 'base64:';

/** Sends one record, like `npm run produce`. A value that begins with `base64:` stands for bytes. */
export async function sendOne(
  brokers: string,
  { topic, key, value }: { topic: string; key: string | null; value: string },
): Promise<Sent> {
  const cluster = new Cluster(brokers);
  const producer = kafkaOf({ kafka: brokers }, 'dashboard').producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  try {
    const partitions = [...(await cluster.offsetsAt(topic, 'end')).keys()];
    await producer.connect();
    const bytes = value.startsWith(BASE64) ? Buffer.from(value.slice(BASE64.length), 'base64') : Buffer.from(value);
    const [source = ''] = await sendRecords(producer, topic, partitions)([bytes], key ?? undefined);
    return { source };
  } finally {
    await Promise.all([producer.disconnect(), cluster.disconnect()]);
  }
}
