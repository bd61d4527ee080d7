import { sumOf } from './prices.ts';
import { mappingWith, usageWith } from './stage.fixture.ts';
import { keptOf, usesOf, workOf, writesOf } from './uses.ts';

/** 2 batches a second of 100 records from 3 partitions, 50 ms each. */
const batches = { records: 100, perSecond: 2, ms: 50, concurrency: 0.1, partitions: 3 };
const place = { isOnDemand: false };
const usesWith = (over: Parameters<typeof usageWith>[0], isOnDemand = false) => {
  const usage = usageWith(over);
  return sumOf(usesOf(usage, mappingWith({ function: usage.function, memoryMb: 512 }), batches, { isOnDemand }));
};

test('an invocation is a request, GB-seconds, its log lines and a share of a trace', () => {
  const uses = usesWith({});

  expect(uses.lambdaRequest).toBe(2);
  // 2/s * 0.05 s * 0.5 GB
  expect(uses.lambdaGbSecond).toBeCloseTo(0.05);
  // 2/s * (600 + 400) bytes
  expect(uses.logs).toBeCloseTo(2e-6);
  expect(uses.trace).toBeCloseTo(0.1);
  expect(uses.natTraffic).toBeUndefined();
});

test('events of pollers on demand pass the NAT gateway in base64', () => {
  // 200 records/s * 250 bytes * 4/3
  expect(usesWith({}, true).natTraffic).toBeCloseTo((200 * 250 * 4) / 3 / 1e9);
});

test('the archive puts an object and moves a checkpoint for each partition in a batch', () => {
  const uses = usesWith({
    calls: {
      's3.PUT': { calls: 30, bytes: 50_000, units: 30 },
      'dynamodb.UpdateItem CheckpointsTable': { calls: 60, bytes: 0, units: 60 },
      'dynamodb.GetItem CheckpointsTable': { calls: 3, bytes: 0, units: 3 },
    },
  });

  expect(uses.s3Put).toBeCloseTo(6);
  expect(uses.dynamodbWrite).toBeCloseTo(12);
  expect(uses.dynamodbRead).toBeCloseTo(0.6);
  // 200 records/s * 50 bytes, kept for a month
  expect(uses.s3Storage).toBeCloseTo(1e-5);
});

test.each([
  { case: 'a small statement is one request', bytes: 100_000, requests: 2 },
  // 200 records/s * 1,000 bytes / 32 KiB = 6.1
  { case: 'a large one is a request for each 32 KiB', bytes: 1_000_000, requests: 200_000 / 32_768 },
])('$case', ({ bytes, requests }) => {
  const uses = usesWith({ function: 'insertIntoRds', calls: { 'rdsData.Execute': { calls: 10, bytes, units: 10 } } });

  expect(uses.dataApi).toBeCloseTo(requests);
  expect(uses.natTraffic).toBeCloseTo((200 * bytes) / 1_000 / 1e9);
  expect(uses.auroraIo).toBe(50);
});

test('an order is two writes, because of its index', () => {
  const call = { calls: 1_000, bytes: 0, units: 1_000 };
  const of = (table: string) =>
    usesWith({ function: 'upsertIntoDynamodb', calls: { [`dynamodb.PutItem ${table}`]: call } }).dynamodbWrite;

  expect(of('OrdersTable')).toBe(400);
  expect(of('VehiclesTable')).toBe(200);
});

test('a statement of BatchExecuteStatement is a write', () => {
  // 40 calls with 1,000 statements
  const calls = { 'dynamodb.BatchExecuteStatement VehiclesTable': { calls: 40, bytes: 0, units: 1_000 } };
  expect(usesWith({ function: 'upsertIntoDynamodb', calls }).dynamodbWrite).toBe(200);
});

test('a record that needed no write of its own counts as one, with the CPU of one', () => {
  const call = { calls: 250, bytes: 0, units: 250 };
  const usage = usageWith({ function: 'upsertIntoDynamodb', calls: { 'dynamodb.PutItem VehiclesTable': call } });

  expect(writesOf(call, usage)).toBe(1);
  expect(writesOf({ ...call, units: 3_000 }, usage)).toBe(3);
  expect(workOf(usage).cpuMs).toEqual({ batch: 10, record: 0.4 });
});

test('a function without an assumption on its waiting is an error that says where to add it', () => {
  expect(() => workOf(usageWith({ function: 'unknown' }))).toThrow('cost/assumptions.ts has no WAIT_MS of unknown');
});

test('a record is on the brokers in each replica until its retention ends', () => {
  // 10/s * (230 + 70) bytes * 3 replicas * 7 of 30.4 days
  expect(keptOf(230, 10, { replicas: 3, retentionDays: 7, ...place }).brokerStorage).toBeCloseTo(
    (10 * 300 * 3 * 7) / (730 / 24) / 1e9,
    10,
  );
});
