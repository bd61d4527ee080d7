import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { withAdmin } from '#cli/topic.ts';
import { within } from '#lib/deadline.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { topicReader } from '#lib/kafka/client/topic-reader.ts';
import { createKafkaUsers, type KafkaUsers } from '#local/deploy/kafka-users/kafka-users.ts';
import { kafkaOf } from '#local/deploy/servers.ts';
import { Cluster, type CompiledTemplate, type KafkaLogin, readAddress } from '#msk';
import { startBroker, type TestBroker } from '../support/broker.ts';

const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/test/uuid';
const topicArn = (topic: string) => `${CLUSTER.replace(':cluster/', ':topic/')}/${topic}`;

/** A function whose role lets it do these actions on these topics. */
const functionWith = (name: string, rights: Record<string, string[]>): CompiledTemplate['Resources'] => ({
  [name]: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] },
      Environment: { Variables: { KAFKA_AUTH: 'scram', KAFKA_SECRET_ARN: { Ref: `${name}Secret` } } },
    },
  },
  [`${name}Role`]: {
    Type: 'AWS::IAM::Role',
    Properties: {
      Policies: [
        {
          PolicyDocument: {
            Statement: Object.entries(rights).map(([topic, actions]) => ({
              Effect: 'Allow',
              Action: actions.map((action) => `kafka-cluster:${action}`),
              Resource: topicArn(topic),
            })),
          },
        },
      ],
    },
  },
  [`${name}Secret`]: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { GenerateSecretString: { SecretStringTemplate: JSON.stringify({ username: name }) } },
  },
});

const template: CompiledTemplate = {
  Resources: {
    ...functionWith('Writer', { mine: ['DescribeTopic', 'WriteData'] }),
    ...functionWith('Reader', { mine: ['DescribeTopic', 'ReadData'] }),
  },
};
const references = { WriterSecret: { Ref: 'arn:writer' }, ReaderSecret: { Ref: 'arn:reader' } };

let broker: TestBroker;
let users: KafkaUsers;
beforeAll(async () => {
  broker = await startBroker(['mine', 'other'], true);
  const made = await withAdmin(kafkaOf({ kafka: broker.endpoint }, 'test'), (admin) =>
    createKafkaUsers({ template, context: { template, references }, address: broker.endpoint }, admin),
  );
  users = made as KafkaUsers;
}, 60_000);
afterAll(() => broker?.stop());

/** The login of a function, as its client has it: with the brokers' authority. */
const loginOf = (name: string): KafkaLogin => ({ ...(users.logins[name] as KafkaLogin) });
const at = () => readAddress(broker.endpoint).bootstrapServers;

async function send(login: KafkaLogin, topic: string): Promise<void> {
  const producer = createProducer({ auth: login, clientId: 'test', limits: { [topic]: 1_000 }, retries: 'never' });
  const message = { topic, key: Buffer.from('key'), value: Buffer.from('value'), headers: [], timestamp: Date.now() };
  try {
    await producer.send(at(), [message as unknown as Parameters<typeof producer.send>[1][number]], within(5_000));
  } finally {
    await producer.close();
  }
}

/** How many records a user reads in all partitions of a topic. */
async function read(login: KafkaLogin, topic: string): Promise<number> {
  const reader = await topicReader({ auth: login, clientId: 'test', bootstrapServers: at(), timeoutMs: 5_000 });
  try {
    const fetched = await Promise.all([0, 1, 2].map((partition) => reader.fetch(topic, partition, 0)));
    return fetched.flatMap((one) => one?.records ?? []).length;
  } finally {
    await reader.close();
  }
}

/** The types of the errors from an error to its first cause. */
function typesOf(error: unknown): string[] {
  const { type, name, cause, errors } = error as { type?: string; name?: string; cause?: unknown; errors?: unknown[] };
  return [type ?? name ?? '', ...[cause, ...(errors ?? [])].flatMap((one) => (one ? typesOf(one) : []))];
}
const refusalOf = (work: Promise<unknown>) => work.then(() => ['not refused'], typesOf);

test("a user writes and reads what its function's role names", async () => {
  await send(loginOf('Writer'), 'mine');

  expect(await read(loginOf('Reader'), 'mine')).toBe(1);
});

test('a wrong password is refused', async () => {
  const wrong = { ...loginOf('Reader'), password: 'wrong' };
  const mapping = new Cluster(broker.endpoint, wrong);

  expect(await refusalOf(read(wrong, 'mine'))).toContain('KafkaJSSASLAuthenticationError');
  await expect(mapping.expectTopic('mine')).rejects.toThrow();
  await mapping.disconnect();
  const right = new Cluster(broker.endpoint, loginOf('Reader'));
  await right.expectTopic('mine');
  await right.disconnect();
});

test('a topic that the role does not name is refused, for writing and for reading', async () => {
  const refused = 'TOPIC_AUTHORIZATION_FAILED';

  expect(await refusalOf(send(loginOf('Writer'), 'other'))).toContain(refused);
  expect(await refusalOf(read(loginOf('Reader'), 'other'))).toContain(refused);
  expect(await refusalOf(send(loginOf('Reader'), 'mine'))).toContain(refused);
  expect(await refusalOf(read(loginOf('Writer'), 'mine'))).toContain(refused);
  expect(await broker.readAll('other')).toEqual([]);
});

test('a client in plain text, and one without a password, get no answer', async () => {
  const ca = await readFile(join(dirname(readAddress(broker.endpoint).file as string), 'ca.pem'), 'utf8');
  const listing = (ssl: { ca: string } | undefined) => {
    const options = { brokers: [at()], logLevel: logLevel.NOTHING, retry: { retries: 0 }, requestTimeout: 3_000 };
    return withAdmin(new Kafka({ ...options, ...(ssl && { ssl }) }), (admin) => admin.listTopics());
  };

  expect(await refusalOf(listing(undefined))).not.toContain('not refused');
  expect(await refusalOf(listing({ ca }))).not.toContain('not refused');
});
