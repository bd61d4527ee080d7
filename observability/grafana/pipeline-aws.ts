import type { metrics as Metrics } from '#resources/derived/metrics.ts';
import type { Row } from './dashboard.ts';

const STACK = 'msk-pipeline-$stage';
/** Any value of a dimension; a logical id becomes a search by the stack's name. */
const EACH = '*';

/** The same questions for a deployed stage, from CloudWatch. The names are those of its alarms and its dashboard. */
export function pipelineAws(metrics: typeof Metrics): Row[] {
  const group = (name: string) => ({ metric: metrics.group(STACK, EACH, EACH, name), statistic: 'Maximum' });
  const own = (name: string, statistic = 'Sum') => ({ metric: metrics.own(STACK, EACH, name), statistic });
  const lambda = (name: string, statistic: string) => ({ metric: metrics.lambda(EACH, name), statistic });
  const table = (name: string) => ({ metric: metrics.table(EACH, name), statistic: 'Sum' });
  const broker = (id: number, name: string) => ({ metric: metrics.broker(STACK, id, name), statistic: 'Maximum' });
  const brokers = (name: string) => [1, 2, 3].map((id) => broker(id, name));
  const database = (name: string) => ({ metric: metrics.database(STACK, name), statistic: 'Average' });
  return [
    {
      title: 'On AWS: is anything behind?',
      isAws: true,
      graphs: [
        {
          title: 'Records that wait (MaxOffsetLag)',
          about: 'Of the slowest partition of each group.',
          unit: 'short',
          lines: [group('MaxOffsetLag')],
        },
        {
          title: 'Time to work them off (EstimatedMaxTimeLag)',
          about: 'Amazon MSK’s estimate for the slowest partition of each group.',
          unit: 's',
          lines: [group('EstimatedMaxTimeLag')],
        },
      ],
    },
    {
      title: 'On AWS: functions',
      isAws: true,
      graphs: [
        { title: 'Records', about: 'Records taken, in a minute.', unit: 'short', lines: [own('Records')] },
        {
          title: 'Dead letters, failed batches',
          about: 'In a minute.',
          unit: 'short',
          lines: [own('DeadLetters'), own('FailedBatches')],
        },
        {
          title: 'Errors and throttles',
          about: 'In a minute. A single failed call is retried.',
          unit: 'short',
          lines: [lambda('Errors', 'Sum'), lambda('Throttles', 'Sum')],
        },
        {
          title: 'Duration, p99',
          about: 'A store that is slow shows here.',
          unit: 'ms',
          lines: [lambda('Duration', 'p99')],
        },
      ],
    },
    {
      title: 'On AWS: brokers and stores',
      isAws: true,
      graphs: [
        {
          title: 'CPU of the brokers',
          about: 'Amazon MSK recommends at most 60 %: the others must be able to take over.',
          unit: 'percent',
          lines: [...brokers('CpuUser'), ...brokers('CpuSystem')],
        },
        {
          title: 'Disk of the brokers',
          about: 'Volumes grow by themselves up to brokerStorageMaxGiB.',
          unit: 'percent',
          lines: brokers('KafkaDataLogsDiskUsed'),
        },
        {
          title: 'Partitions without leader, or short of replicas',
          about: 'A broker is down, or slow.',
          unit: 'none',
          lines: [
            { metric: metrics.cluster(STACK, 'OfflinePartitionsCount'), statistic: 'Maximum' },
            ...brokers('UnderReplicatedPartitions'),
          ],
        },
        {
          title: 'Throttled requests of the tables',
          about: 'In a minute. One key takes too many, or the account’s limit is reached.',
          unit: 'short',
          lines: [table('ReadThrottleEvents'), table('WriteThrottleEvents')],
        },
        {
          title: 'Latency of the database',
          about: 'Aurora’s commits, writes and reads.',
          unit: 's',
          lines: [database('CommitLatency'), database('WriteLatency'), database('ReadLatency')],
        },
        {
          title: 'Windows: from their end to their results',
          about: 'The longest of a minute.',
          unit: 'ms',
          lines: [own('WindowLateness', 'Maximum')],
        },
      ],
    },
  ];
}
