import { Admin } from '@platformatic/kafka';
import type { CompiledTemplate, Deployed } from '../contract.ts';
import { sendBefore } from './driver/before.ts';
import { ask } from './functions/kafka.ts';
import { chosen } from './rows/rows.ts';

interface TopicProperties {
  TopicName: string;
  PartitionCount: number;
  Configs: string;
}

const brokers = process.env['KAFKA_BROKERS'] ?? '';

/** Creates the template's topics on the local brokers, and produces what precedes the mappings. */
export async function deploy({ Resources }: CompiledTemplate): Promise<Deployed> {
  const admin = new Admin({ clientId: 'conform', bootstrapBrokers: brokers.split(','), retries: 5 });
  const topics = Object.values(Resources).filter(({ Type }) => Type === 'AWS::MSK::Topic');
  for (const { Properties } of topics) {
    const { TopicName, PartitionCount, Configs } = Properties as unknown as TopicProperties;
    const configs = Object.entries(JSON.parse(Buffer.from(Configs, 'base64').toString()) as Record<string, string>);
    await admin.createTopics({
      topics: [TopicName],
      partitions: PartitionCount,
      replicas: 1,
      configs: configs.map(([name, value]) => ({ name, value })),
    });
  }
  await admin.close();
  const { CONFORM_STAGE: stage = '', CONFORM_ONLY: only = '' } = process.env;
  await sendBefore(chosen(only.split(',').filter(Boolean)), stage, ask);
  return { references: {}, bootstrapServers: () => brokers, environment: { AWS_ACCESS_KEY_ID: 'local' } };
}

/** The driver reads the probe's lines from the framework's output, and this one. */
let told = false;
export function status(mappings: { assigned: number }[]): void {
  if (told || !mappings.every(({ assigned }) => assigned > 0)) return;
  told = true;
  process.stdout.write('conform: all mappings read\n');
}
