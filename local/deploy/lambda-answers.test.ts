import {
  GetEventSourceMappingCommand,
  LambdaClient,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { MappingState, MappingStatus, MappingSwitch } from '#msk';
import { lambdaAnswers, uuidOf } from './lambda-answers.ts';
import { type Refuser, refuseAws } from './refuse-aws.ts';

const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/stack/1';
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:service-${name}`;

function mappingOf(name: string, topic: string, state: MappingState = 'Enabled') {
  const switched: boolean[] = [];
  const mapping: MappingSwitch & { switched: boolean[] } = {
    mapping: {
      logicalId: `${name}${topic}`,
      functionArn: arnOf(name),
      eventSourceArn: CLUSTER,
      batchSize: 100,
      windowMilliseconds: 500,
    },
    status: { topic, group: `${name}-${topic}-v1`, state } as MappingStatus,
    modified: new Date(0),
    switched,
    switch(on) {
      if (state === 'Disabling') return false;
      switched.push(on);
      return true;
    },
  };
  return mapping;
}

describe('Lambda’s own API, locally', () => {
  const orders = mappingOf('processOrder', 'orders');
  const busy = mappingOf('upsert', 'alerts', 'Disabling');
  const all = [orders, mappingOf('upsert', 'trips'), busy];
  let refuser: Refuser;
  let client: LambdaClient;
  beforeAll(async () => {
    refuser = await refuseAws(
      () => {},
      lambdaAnswers(() => all),
    );
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    client = new LambdaClient({ endpoint: refuser.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  });
  afterAll(() => {
    client.destroy();
    refuser.close();
  });

  async function listed(input: { FunctionName?: string; EventSourceArn?: string }, pageSize?: number) {
    const pages = paginateListEventSourceMappings({ client, ...(pageSize && { pageSize }) }, input);
    const found: (string | undefined)[][] = [];
    for await (const { EventSourceMappings = [] } of pages) found.push(EventSourceMappings.map(({ UUID }) => UUID));
    return found;
  }
  const uuids = (...own: MappingSwitch[]) => own.map(({ mapping }) => uuidOf(mapping.logicalId));
  const update = (uuid: string, input: object) =>
    client.send(new UpdateEventSourceMappingCommand({ UUID: uuid, ...input }));

  test('lists the mappings: all, those of a function by name or ARN, and page by page', async () => {
    expect(await listed({})).toEqual([uuids(...all)]);
    expect(await listed({ FunctionName: 'service-processOrder' })).toEqual([uuids(orders)]);
    expect(await listed({ FunctionName: arnOf('upsert'), EventSourceArn: CLUSTER })).toEqual([uuids(...all.slice(1))]);
    expect(await listed({ EventSourceArn: 'arn:aws:kafka:elsewhere' })).toEqual([[]]);
    expect(await listed({}, 2)).toEqual([uuids(...all.slice(0, 2)), uuids(busy)]);
  });

  test('tells the state of a mapping', async () => {
    const [uuid = ''] = uuids(orders);
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await client.send(new GetEventSourceMappingCommand({ UUID: uuid }))).toMatchObject({
      UUID: uuid,
      State: 'Enabled',
      FunctionArn: arnOf('processOrder'),
      Topics: ['orders'],
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'processOrder-orders-v1' },
      LastModified: new Date(0),
      LastProcessingResult: 'OK',
      StateTransitionReason: 'USER_INITIATED',
    });
  });

  test('switches a mapping, and refuses what a local run can’t do', async () => {
    const [uuid = ''] = uuids(orders);
    await update(uuid, { Enabled: false });
    await update(uuid, { Enabled: true });
    expect(orders.switched).toEqual([false, true]);

    await expect(update(uuid, { BatchSize: 7 })).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    await expect(update(uuids(busy)[0] ?? '', { Enabled: true })).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: expect.stringContaining('Disabling'),
    });
    await expect(update(uuidOf('none'), { Enabled: true })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('a page of another site can’t switch anything', async () => {
    const [uuid = ''] = uuids(orders);
    const url = `${refuser.endpoint}/2015-03-31/event-source-mappings/${uuid}`;
    const body = JSON.stringify({ Enabled: false });
    const { status } = await fetch(url, { method: 'PUT', body, headers: { origin: 'http://elsewhere.example' } });
    expect(status).toBe(403);
    expect(orders.switched).toEqual([false, true]);
  });
});
