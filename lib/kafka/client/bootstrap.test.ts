import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askBootstrapBrokers, bootstrapBrokers } from './bootstrap.ts';

const clusterArn = 'arn:aws:kafka:us-east-1:123456789012:cluster/pipeline/5a12-3';
const answer = { bootstrapBrokerString: 'b-1:9092,b-2:9092', bootstrapBrokerStringSaslIam: 'b-1:9098,b-2:9098' };

/** A server in place of Amazon MSK's API; the SDK's real client calls it. */
describe('bootstrap brokers', () => {
  const asked: string[] = [];
  let reply: { status: number; type?: string; body?: object };
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
      const { status, type = '', body = {} } = reply;
      response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_KAFKA: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
  });
  beforeEach(() => {
    asked.splice(0);
    reply = { status: 200, body: answer };
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  test.each([
    ['iam', 'b-1:9098,b-2:9098'],
    ['none', 'b-1:9092,b-2:9092'],
  ] as const)('come from the right listener for KAFKA_AUTH=%s', async (auth, brokers) => {
    expect(await askBootstrapBrokers({ clusterArn, auth })).toBe(brokers);
    expect(asked).toEqual([`GET /v1/clusters/${clusterArn}/bootstrap-brokers`]);
  });

  test.each([
    [403, 'ForbiddenException'],
    [404, 'NotFoundException'],
    [400, 'BadRequestException'],
  ])('%d %s is a permanent failure, and its message says what to check', async (status, type) => {
    reply = { status, type };

    await expect(askBootstrapBrokers({ clusterArn, auth: 'iam' })).rejects.toMatchObject({
      code: 'BOOTSTRAP_REFUSED',
      retriable: false,
      message: expect.stringContaining(`${type} ${status}; check CLUSTER_ARN`),
    });
    expect(asked).toHaveLength(1);
  });

  test('a cluster without that listener is a permanent failure that names the missing property', async () => {
    reply = { status: 200, body: { bootstrapBrokerString: 'b-1:9092' } };

    await expect(askBootstrapBrokers({ clusterArn, auth: 'iam' })).rejects.toMatchObject({
      code: 'BOOTSTRAP_REFUSED',
      message: expect.stringContaining('BootstrapBrokerStringSaslIam'),
    });
  });

  test.each([
    [429, 'TooManyRequestsException'],
    [500, 'InternalServerErrorException'],
    [503, 'ServiceUnavailableException'],
  ])('%d %s is a transient failure', async (status, type) => {
    reply = { status, type };

    await expect(askBootstrapBrokers({ clusterArn, auth: 'iam' })).rejects.toMatchObject({
      code: 'BOOTSTRAP_BROKERS',
      retriable: true,
    });
  });

  test('a service that cannot be reached is a transient failure', async () => {
    const endpoint = process.env['AWS_ENDPOINT_URL_KAFKA'];
    process.env['AWS_ENDPOINT_URL_KAFKA'] = 'http://127.0.0.1:1';

    const failed = askBootstrapBrokers({ clusterArn, auth: 'iam' });

    await expect(failed).rejects.toMatchObject({ code: 'BOOTSTRAP_BROKERS', retriable: true });
    process.env['AWS_ENDPOINT_URL_KAFKA'] = endpoint;
  });

  test('an instance asks once, and asks again after a failure', async () => {
    await expect(bootstrapBrokers()).rejects.toThrow('CLUSTER_ARN');
    Object.assign(process.env, { CLUSTER_ARN: clusterArn, KAFKA_AUTH: 'iam' });
    reply = { status: 503 };
    await expect(bootstrapBrokers()).rejects.toMatchObject({ retriable: true });
    reply = { status: 200, body: answer };

    const all = await Promise.all([bootstrapBrokers(), bootstrapBrokers()]);
    all.push(await bootstrapBrokers());

    expect(all).toEqual(Array(3).fill('b-1:9098,b-2:9098'));
    expect(asked).toHaveLength(2);
  });
});
