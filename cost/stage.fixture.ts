import type { Stage } from './domain.ts';
import type { Mapping } from './lambda.ts';
import type { Usage } from './usage.ts';

/** 10 batches of 100 records of 250 bytes, with three partitions each; 10 ms of CPU a batch and 0.1 ms a record. */
export const usageWith = (over: Partial<Usage>): Usage => ({
  function: 'archiveToS3',
  topic: 'demo_topic',
  invocations: 10,
  slices: 30,
  records: 1_000,
  bytes: 250_000,
  logBytes: 6_000,
  calls: {},
  cpuMs: { batch: 10, record: 0.1 },
  maxRssMb: 100,
  ...over,
});

/** With a whole vCPU. */
export const mappingWith = (over: Partial<Mapping>): Mapping => ({
  function: 'archiveToS3',
  topic: 'demo_topic',
  memoryMb: 1_769,
  batchSize: 1_000,
  windowSeconds: 1,
  partitions: 3,
  ...over,
});

/** The archive of demo_topic, and its sink in DynamoDB. */
export const demoStage: Stage = {
  usages: [
    usageWith({ calls: { 's3.PUT': { calls: 30, bytes: 50_000, units: 30 } } }),
    usageWith({
      function: 'upsertIntoDynamodb',
      cpuMs: { batch: 0, record: 1 },
      calls: { 'dynamodb.PutItem RecordsTable': { calls: 1_000, bytes: 300_000, units: 1_000 } },
    }),
  ],
  mappings: [mappingWith({}), mappingWith({ function: 'upsertIntoDynamodb' })],
  place: { replicas: 3, retentionDays: 7, isOnDemand: false },
};
