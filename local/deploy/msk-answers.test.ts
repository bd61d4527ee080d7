import { KafkaClient, ListTopicsCommand } from '@aws-sdk/client-kafka';
import { askBootstrapBrokers } from '#lib/kafka/client/bootstrap.ts';
import { endpointsAt } from './endpoints.fixture.ts';
import { localEnvironment } from './environment.ts';
import { mskAnswers } from './msk-answers.ts';
import { type RefusedCall, type Refuser, refuseAws } from './refuse-aws.ts';

const BROKERS = '127.0.0.1:9092,127.0.0.1:9093';
const clusterArn = 'arn:aws:kafka:us-east-1:000000000000:cluster/stack-MskCluster/00000000-1';
const references = {
  MskCluster: { Ref: clusterArn, Arn: clusterArn },
  OrdersTable: { Ref: 'orders', Arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/orders' },
};
const nowhere = endpointsAt('');

describe('Amazon MSK’s own API, locally', () => {
  const calls: RefusedCall[] = [];
  let refuser: Refuser;
  beforeAll(async () => {
    refuser = await refuseAws((call) => calls.push(call), mskAnswers(references, BROKERS));
    Object.assign(process.env, localEnvironment(nowhere, refuser.endpoint));
  });
  beforeEach(() => calls.splice(0));
  afterAll(() => refuser.close());

  test('gives the brokers of the template’s cluster to a function’s SDK client', async () => {
    expect(await askBootstrapBrokers({ clusterArn, auth: 'none' })).toBe(BROKERS);
    expect(calls).toEqual([]);
  });

  test('has no listener for IAM: the error is permanent, and names the missing property', async () => {
    await expect(askBootstrapBrokers({ clusterArn, auth: 'iam' })).rejects.toMatchObject({
      code: 'BOOTSTRAP_REFUSED',
      retriable: false,
      message: expect.stringContaining('BootstrapBrokerStringSaslIam'),
    });
  });

  test('refuses any other cluster, and any other call of MSK', async () => {
    const other = 'arn:aws:kafka:us-east-1:123456789012:cluster/someone-else/1';
    await expect(askBootstrapBrokers({ clusterArn: other, auth: 'none' })).rejects.toMatchObject({
      code: 'BOOTSTRAP_REFUSED',
      message: expect.stringMatching(/NotRunLocally 400; check CLUSTER_ARN/),
    });
    const client = new KafkaClient({ maxAttempts: 1 });
    await expect(client.send(new ListTopicsCommand({ ClusterArn: clusterArn }))).rejects.toThrow('not run locally');
    client.destroy();

    expect(calls).toMatchObject([{ path: expect.stringContaining('someone-else') }, { method: 'GET' }]);
  });
});
