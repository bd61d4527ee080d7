import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { kafkaOf } from '#local/deploy/servers.ts';
import { createRandom, type Random } from '../../load/random.ts';
import type { Strike, Target } from '../strike.ts';

const TOPICS = ['raw-data-topic', 'orders', 'user-login', 'demo_topic'] as const;
const WITH_BAD = ['fleet', 'orders', 'logins'] as const;
const SHARES = [0.01, 0.5, 1] as const;
/** The clock of orders goes back by an hour, or ahead by less than a record may be. */
const SKEWS = [-3_600, -120, 90] as const;
/** What a batch of one record has besides the value: a little more than Kafka's 61 + 20 bytes. */
const OVERHEAD = 120;

const among = <T>(random: Random, items: readonly T[]) => items[random.below(items.length)] as T;

/** Input as no client should send it, and more partitions. */
export const INPUT = {
  poison: {
    what: 'a share of the records of a topic is bad: 1, 50 or 100 %',
    part: 'input',
    lasts: [5, 15],
    draw: (random) => ({ domain: among(random, WITH_BAD), share: among(random, SHARES) }),
    async run(target, { with: { domain, share }, seconds }) {
      target.setBad(String(domain), Number(share));
      await sleep(seconds * 1000);
      target.setBad(String(domain), undefined);
    },
  },
  'clock-jumps': {
    what: 'the clock of orders jumps back by an hour or two minutes, or ahead by 90 s, and then is right again',
    part: 'input',
    lasts: [5, 15],
    draw: (random) => ({ seconds: among(random, SKEWS) }),
    async run(target, { with: { seconds: skew }, seconds }) {
      target.setSkew(Number(skew) * 1000);
      await sleep(seconds * 1000);
      target.setSkew(0);
    },
  },
  'largest-records': {
    what: 'three records of the largest size that a topic accepts',
    part: 'input',
    lasts: [2, 5],
    draw: (random) => ({ topic: among(random, TOPICS), draw: random.below(1e6) }),
    async run(target, { with: { topic, draw }, seconds }) {
      await withAdmin(target, (admin) => sendLargest(target, admin, String(topic), Number(draw)));
      await sleep(seconds * 1000);
    },
  },
  'partitions-added': {
    what: 'a topic gets one more partition',
    part: 'input',
    lasts: [2, 5],
    most: 4,
    draw: (random) => ({ topic: among(random, TOPICS) }),
    async run(target, { with: { topic }, seconds }) {
      await withAdmin(target, async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [String(topic)] });
        const count = (topics[0]?.partitions.length ?? 0) + 1;
        await admin.createPartitions({ topicPartitions: [{ topic: String(topic), count }] });
      });
      await sleep(seconds * 1000);
    },
  },
} satisfies Record<string, Strike>;

async function withAdmin(target: Target, work: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = kafkaOf({ kafka: target.kafka }, 'chaos').admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

async function sendLargest(target: Target, admin: Admin, topic: string, draw: number): Promise<void> {
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] });
  const most = resources[0]?.configEntries.find(({ configName }) => configName === 'max.message.bytes')?.configValue;
  const random = createRandom(draw);
  const value = Buffer.alloc(Number(most) - OVERHEAD, `${random.next()} `);
  const producer = kafkaOf({ kafka: target.kafka }, 'chaos').producer();
  await producer.connect();
  try {
    for (let i = 0; i < 3; i++) await producer.send({ topic, messages: [{ key: `chaos-${draw}-${i}`, value }] });
  } finally {
    await producer.disconnect();
  }
}
