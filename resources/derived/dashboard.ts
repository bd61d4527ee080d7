import { type Metric, metrics } from './metrics.ts';
import type { Service } from './service.ts';

/** Graphs side by side, or a heading. */
type Row = { heading: string } | { graphs: Graph[] };
interface Graph {
  title: string;
  /** `label` is the text in the legend */
  lines?: { label: string; metric: Metric; statistic: string }[];
  /** searches, for metrics whose dimensions are not known here */
  expressions?: { label?: string; expression: string }[];
}

const COLUMNS = 24;
const HEIGHT = 6;

/** Graphs in the order in which an operator looks for a fault; costs come last. */
export function dashboard(service: Service): object {
  const body = { start: '-PT3H', periodOverride: 'inherit', widgets: placed(rows(service)) };
  return {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      DashboardName: service.name,
      DashboardBody: { 'Fn::Sub': JSON.stringify(body) },
    },
  };
}

function rows(service: Service): Row[] {
  const { name, functions, topics, tables, natGateways } = service;
  const brokers = Array.from({ length: service.brokers }, (_, index) => index + 1);
  const groups = functions.flatMap(({ mappings }) => mappings);
  const provisioned = groups.filter((group) => group.provisioned);
  const mapped = functions.filter(({ mappings }) => mappings.length > 0);
  const perGroup = (metric: string) =>
    groups.map(({ group, topic }) => ({
      label: group,
      metric: metrics.group(name, group, topic, metric),
      statistic: 'Maximum',
    }));
  const perFunction = (metric: string, statistic = 'Sum') =>
    functions.map(({ key, logicalId }) => ({ label: key, metric: metrics.lambda(logicalId, metric), statistic }));
  const counted = (metric: string) =>
    mapped.map(({ key }) => ({ label: key, metric: metrics.own(name, key, metric), statistic: 'Sum' }));
  const perBroker = (...names: string[]) =>
    brokers.flatMap((id) =>
      names.map((metric) => ({
        label: `${id} ${metric}`,
        metric: metrics.broker(name, id, metric),
        statistic: 'Maximum',
      })),
    );
  const perTable = (metric: string, statistic = 'Sum') =>
    tables.map((table) => ({ label: table, metric: metrics.table(table, metric), statistic }));
  const fromDatabase = (statistic: string, ...names: string[]) =>
    names.map((metric) => ({ label: metric, metric: metrics.database(name, metric), statistic }));

  return [
    { heading: 'Is anything behind?' },
    {
      graphs: [
        { title: 'Records that each group has before it (MaxOffsetLag)', lines: perGroup('MaxOffsetLag') },
        { title: 'Seconds to work them off (EstimatedMaxTimeLag)', lines: perGroup('EstimatedMaxTimeLag') },
      ],
    },
    { heading: 'What comes in and what is done' },
    {
      graphs: [
        {
          title: 'BytesInPerSec of each topic, over all brokers',
          expressions: topics.map((topic) => ({ label: topic, expression: `SUM(${bytesIn(name, topic)})` })),
        },
        { title: 'Records taken', lines: counted('Records') },
      ],
    },
    {
      graphs: [
        { title: 'Dead letters', lines: counted('DeadLetters') },
        { title: 'Batches that failed or were handed back', lines: counted('FailedBatches') },
        { title: 'Errors and throttles', lines: [...perFunction('Errors'), ...perFunction('Throttles')] },
      ],
    },
    {
      graphs: [
        { title: 'Duration, p99 (ms): a store that is slow shows here', lines: perFunction('Duration', 'p99') },
        { title: 'Invocations at once', lines: perFunction('ConcurrentExecutions', 'Maximum') },
        {
          title: 'What the service counts beyond that (late orders, corrections, …)',
          expressions: [
            {
              expression: `SEARCH('{"${name}",service} NOT MetricName="Records" NOT MetricName="DeadLetters" NOT MetricName="FailedBatches" NOT MetricName="WindowLateness"', 'Sum', 60)`,
            },
          ],
        },
        {
          title: 'Windows: ms from their end to their results',
          expressions: [{ expression: `SEARCH('{"${name}",service} MetricName="WindowLateness"', 'Maximum', 60)` }],
        },
      ],
    },
    { heading: 'Brokers' },
    {
      graphs: [
        { title: 'CPU (%)', lines: perBroker('CpuUser', 'CpuSystem') },
        { title: 'Disk used (%)', lines: perBroker('KafkaDataLogsDiskUsed') },
        {
          title: 'Partitions without leader, or short of replicas',
          lines: [
            {
              label: 'offline',
              metric: metrics.cluster(name, 'OfflinePartitionsCount'),
              statistic: 'Maximum',
            },
            ...perBroker('UnderReplicatedPartitions'),
          ],
        },
      ],
    },
    { heading: 'Stores' },
    {
      graphs: [
        { title: 'DynamoDB: put latency (ms)', expressions: [{ expression: latency(tables) }] },
        {
          title: 'Aurora: latency (s)',
          lines: fromDatabase('Average', 'CommitLatency', 'WriteLatency', 'ReadLatency'),
        },
        ...searchLatency(service),
      ],
    },
    {
      graphs: [
        {
          title: 'DynamoDB: throttled',
          lines: [...perTable('ReadThrottleEvents'), ...perTable('WriteThrottleEvents')],
        },
        { title: 'Aurora: connections', lines: fromDatabase('Maximum', 'DatabaseConnections') },
      ],
    },
    { heading: 'What it costs' },
    {
      graphs: [
        { title: 'Aurora capacity (ACU)', lines: fromDatabase('Average', 'ServerlessDatabaseCapacity') },
        { title: 'DynamoDB: write units', lines: perTable('ConsumedWriteCapacityUnits') },
        {
          title: 'NAT gateways: bytes out',
          lines: natGateways.map((id) => ({
            label: id,
            metric: metrics.natGateway(id, 'BytesOutToDestination'),
            statistic: 'Sum',
          })),
        },
        ...(provisioned.length > 0
          ? [
              {
                title: 'Event poller units',
                lines: provisioned.map(({ logicalId, group }) => ({
                  label: group,
                  metric: metrics.mapping(logicalId, 'EventPollerUnit'),
                  statistic: 'Sum',
                })),
              },
            ]
          : []),
      ],
    },
  ];
}

/** S3 has no graph: its request metrics are billed as custom metrics. The duration of archiveToS3 shows its latency. */
function searchLatency({ name, search }: Service): Graph[] {
  const average = (metric: Metric) => ({ label: metric.name, metric, statistic: 'Average' });
  if (search === 'domain') {
    const lines = ['IndexingLatency', 'SearchLatency'].map((metric) => average(metrics.domain(name, metric)));
    return [{ title: 'OpenSearch: latency (ms)', lines }];
  }
  if (search === 'serverless') {
    const lines = ['IngestionRequestLatency', 'SearchRequestLatency'].map((metric) =>
      average(metrics.collection('AlertsCollection', name, metric)),
    );
    return [{ title: 'OpenSearch: latency of bulk (s), of searches (ms)', lines }];
  }
  return [];
}

function bytesIn(cluster: string, topic: string): string {
  const where = `MetricName="BytesInPerSec" "Cluster Name"="${cluster}" Topic="${topic}"`;
  return `SEARCH('{AWS/Kafka,"Broker ID","Cluster Name",Topic} ${where}', 'Average', 60)`;
}

function latency(tables: string[]): string {
  const names = tables.map((table) => `TableName="\${${table}}"`).join(' OR ');
  return `SEARCH('{AWS/DynamoDB,Operation,TableName} MetricName="SuccessfulRequestLatency" (${names})', 'Average', 60)`;
}

function placed(all: Row[]): object[] {
  let y = 0;
  return all.flatMap((row): object[] => {
    const top = y;
    if ('heading' in row) {
      y += 1;
      return [{ type: 'text', x: 0, y: top, width: COLUMNS, height: 1, properties: { markdown: `## ${row.heading}` } }];
    }
    y += HEIGHT;
    const width = COLUMNS / row.graphs.length;
    return row.graphs.map((graph, index) => ({
      type: 'metric',
      x: index * width,
      y: top,
      width,
      height: HEIGHT,
      properties: {
        title: graph.title,
        region: substitute({ Ref: 'AWS::Region' }),
        view: 'timeSeries',
        period: 60,
        metrics: series(graph),
      },
    }));
  });
}

/** In the dashboard's format: namespace, name, dimension, value, …, options. */
function series({ lines = [], expressions = [] }: Graph): unknown[] {
  return [
    ...expressions.map((expression, index) => [{ id: `e${index}`, ...expression }]),
    ...lines.map(({ label, metric, statistic }) => [
      metric.namespace,
      metric.name,
      ...Object.entries(metric.dimensions).flatMap(([name, value]) => [name, substitute(value)]),
      { label, stat: statistic },
    ]),
  ];
}

/** A Ref as a placeholder of Fn::Sub. */
function substitute(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'Ref' in value ? `\${${String(value.Ref)}}` : value;
}
