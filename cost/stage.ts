import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledTemplate } from '#msk';
import { costs, FURTHER } from '#test/template/costs.ts';
import { functions, mappings } from '#test/template/rules/functions.ts';
import { cluster, configs, topics } from '#test/template/rules/kafka.ts';
import { first } from '#test/template/rules/rule.ts';
import type { Stage } from './domain.ts';
import type { StageLimits } from './limits.ts';
import type { Usage } from './usage.ts';

/** cost/measured.json, which measure.ts writes. */
export interface Measured {
  date: string;
  commit: string;
  machine: string;
  mappings: Usage[];
}

export function readMeasured(): Measured {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'measured.json'), 'utf8')) as Measured;
}

/** The settings of a stage's mappings, from its template. */
function stageOf(template: CompiledTemplate, usages: readonly Usage[]): Stage {
  const byName = new Map(topics(template).map((topic) => [topic.TopicName, topic]));
  const own = mappings(template).map(([, mapping, fn]) => {
    const { BatchSize, MaximumBatchingWindowInSeconds } = mapping as unknown as Record<string, number>;
    const topic = mapping.Topics[0] ?? '';
    return {
      function: fn.FunctionName.split('-').at(-1) ?? '',
      topic,
      memoryMb: (fn as unknown as { MemorySize: number }).MemorySize,
      batchSize: BatchSize ?? 100,
      windowSeconds: MaximumBatchingWindowInSeconds ?? 0.5,
      partitions: byName.get(topic)?.PartitionCount ?? 1,
    };
  });
  const raw = byName.get('raw-data-topic');
  if (!raw) throw new Error('the template has no topic raw-data-topic');
  return {
    usages,
    mappings: own,
    place: {
      replicas: raw.ReplicationFactor,
      retentionDays: Number(configs(raw)['retention.ms']) / 86_400_000,
      isOnDemand: mappings(template).every(([, { ProvisionedPollerConfig }]) => !ProvisionedPollerConfig),
    },
  };
}

function limitsOf(template: CompiledTemplate): StageLimits {
  const pollers = mappings(template).flatMap(([, each]) => each.ProvisionedPollerConfig ?? []);
  const insert = functions(template).find(([, { FunctionName }]) => FunctionName.endsWith('-insertIntoRds'))?.[1];
  const { ServerlessV2ScalingConfiguration: capacity } = first<{
    ServerlessV2ScalingConfiguration: { MaxCapacity: number };
  }>(template, 'AWS::RDS::DBCluster');
  return {
    brokers: cluster(template).NumberOfBrokerNodes,
    maximumPollers: pollers[0]?.MaximumPollers,
    databaseConcurrency: (insert as unknown as { ReservedConcurrentExecutions?: number }).ReservedConcurrentExecutions,
    maximumAcu: capacity.MaxCapacity,
  };
}

/** A stage with all that the costs depend on. */
export interface Priced {
  stage: Stage;
  limits: StageLimits;
  /** USD a month without traffic, without OpenSearch in prod */
  idle: number;
}

export function pricedOf(name: 'dev' | 'prod', template: CompiledTemplate, usages: readonly Usage[]): Priced {
  const idle = Object.values(costs(template)).reduce((sum, usd) => sum + usd, FURTHER[name] ?? 0);
  return { stage: stageOf(template, usages), limits: limitsOf(template), idle };
}
