import { type Metric, metrics } from './metrics.ts';
import { idOf, type Service } from './service.ts';

/** When an alarm rings. */
interface Alarm {
  /** logical id */
  id: string;
  /** what is wrong, and where to look: what the person reads who is woken by it */
  says: string;
  metrics: readonly Metric[];
  statistic: 'Maximum' | 'Minimum' | 'Sum' | 'Average';
  /** of m0, m1, … in the order of `metrics`; absent: the one metric itself */
  expression?: string;
  /** rings above it; with `below`, under it */
  above?: number;
  below?: number;
  /** seconds of a data point */
  period: number;
  /** data points in a row */
  times: number;
  /** what no data means: that all is well; or, where there was some before, the very thing to be rung for */
  missing: 'notBreaching' | 'rings';
}

/** A batch waits a second and takes seconds; a paused database wakes in half a minute. */
const BEHIND_SECONDS = 60;
/** In place of an estimate that isn't there though records wait: nothing says that they are worked off. */
const UNKNOWN_SECONDS = 3600;
/** Amazon MSK's advice: 60 of the CPU, so that one broker's load fits on the others; 85 of the disk. */
const BUSY_PERCENT = 60;
const FULL_PERCENT = 85;
/** Of some 2000 that a database of this size takes. */
const MANY_CONNECTIONS = 1000;
const MINUTE = 60;

/** Every alarm by logical id, and who is rung. Their topic is AlarmsTopic (alarms.yml). */
export function alarms(service: Service): Record<string, unknown> {
  const all = [
    ...groupAlarms(service),
    ...functionAlarms(service),
    ...mappingAlarms(service),
    ...brokerAlarms(service),
    ...storeAlarms(service),
  ];
  return {
    ...Object.fromEntries(all.map((alarm) => [alarm.id, resource(service, alarm)])),
    ...subscription(service),
  };
}

/** The address gets a mail in which it must agree. */
function subscription({ alarmEmail }: Service): Record<string, object> {
  if (alarmEmail === '') return {};
  const Properties = { TopicArn: { Ref: 'AlarmsTopic' }, Protocol: 'email', Endpoint: alarmEmail };
  return { AlarmsByEmail: { Type: 'AWS::SNS::Subscription', Properties } };
}

function groupAlarms({ name, functions }: Service): Alarm[] {
  return functions.flatMap(({ stem, mappings }) =>
    mappings.flatMap(({ group, topic }): Alarm[] => {
      const lag = metrics.group(name, group, topic, 'SumOffsetLag');
      const seconds = metrics.group(name, group, topic, 'EstimatedMaxTimeLag');
      return [
        {
          id: `${stem}${idOf(topic)}LagGrows`,
          says: `${group} falls behind ${topic}, or stands still: see its function's log and Throttles`,
          metrics: [lag, seconds],
          // The least of five minutes: at no moment was it less behind. In seconds, since under load hundreds of records
          // are always on their way; in records, since a backlog that is worked off falls.
          statistic: 'Minimum',
          expression: `IF(m0 > 0 AND DIFF(m0) >= 0 AND FILL(m1, ${UNKNOWN_SECONDS}) > ${BEHIND_SECONDS}, 1, 0)`,
          above: 0,
          period: 5 * MINUTE,
          times: 3,
          missing: 'notBreaching',
        },
        {
          id: `${stem}${idOf(topic)}LagMissing`,
          says: `${group} reports no lag any more: its mapping is disabled, deleted, or can't reach the cluster`,
          metrics: [lag],
          statistic: 'Maximum',
          below: 0, // never: it is not the lag that rings, but that there is none
          period: 5 * MINUTE,
          times: 3,
          missing: 'rings',
        },
      ];
    }),
  );
}

function functionAlarms({ name, functions }: Service): Alarm[] {
  const usual = { statistic: 'Sum', above: 0, period: 5 * MINUTE, missing: 'notBreaching' } as const;
  return functions.flatMap(({ key, stem, logicalId, mappings, scheduled }): Alarm[] => [
    ...(mappings.length || scheduled
      ? [
          {
            ...usual,
            id: `${stem}Fails`,
            says: `${key} fails, hands batches back, or is throttled${rare(scheduled) ? '' : ' for 15 minutes'}: see its log`,
            metrics: [
              metrics.lambda(logicalId, 'Errors'),
              metrics.lambda(logicalId, 'Throttles'),
              metrics.own(name, key, 'FailedBatches'),
            ],
            // One bad call is retried, and no news; of what is called once a day it is.
            expression: 'FILL(m0, 0) + FILL(m1, 0) + FILL(m2, 0)',
            times: rare(scheduled) ? 1 : 3,
          },
        ]
      : []),
    ...(mappings.length
      ? [
          {
            ...usual,
            id: `${stem}DeadLetters`,
            says: `${key} refuses records: read its dead-letter topic, each says why (docs/invariants.md)`,
            metrics: [metrics.own(name, key, 'DeadLetters')],
            times: 1,
          },
        ]
      : []),
    ...(scheduled
      ? [
          {
            id: `${stem}NotRun`,
            says: `${key} is not called any more: is its schedule enabled?`,
            metrics: [metrics.lambda(logicalId, 'Invocations')],
            statistic: 'Sum',
            below: 1,
            period: rare(scheduled) ? scheduled : 5 * MINUTE,
            times: rare(scheduled) ? 2 : 3,
            missing: 'rings',
          } as const,
        ]
      : []),
  ]);
}

/** Whether five minutes may go by without a call. */
function rare(scheduled: number | undefined): scheduled is number {
  return scheduled !== undefined && scheduled > 5 * MINUTE;
}

/** Of the service's own counts where it is told to keep them (param mappingMetrics). */
function mappingAlarms({ functions, mappingMetrics }: Service): Alarm[] {
  if (!mappingMetrics.includes('ErrorCount')) return [];
  const errors = ['PollingErrorCount', 'InvokeErrorCount', 'CommitErrorCount', 'SchemaRegistryErrorCount'];
  return functions.flatMap(({ stem, mappings }) =>
    mappings.map(
      ({ logicalId, group, topic }): Alarm => ({
        id: `${stem}${idOf(topic)}MappingErrors`,
        says: `the mapping of ${group} can't poll, invoke, commit or read the registry for 15 minutes`,
        metrics: errors.map((error) => metrics.mapping(logicalId, error)),
        statistic: 'Sum',
        expression: errors.map((_, index) => `FILL(m${index}, 0)`).join(' + '),
        above: 0,
        period: 5 * MINUTE,
        times: 3,
        missing: 'notBreaching',
      }),
    ),
  );
}

function brokerAlarms({ name, brokers }: Service): Alarm[] {
  const usual = { statistic: 'Maximum', period: 5 * MINUTE, times: 3, missing: 'notBreaching' } as const;
  const cluster: Alarm[] = [
    {
      ...usual,
      id: 'OfflinePartitions',
      says: 'partitions have no leader: nobody can read or write them; see the brokers and their log',
      metrics: [metrics.cluster(name, 'OfflinePartitionsCount')],
      above: 0,
      period: MINUTE,
    },
    {
      ...usual,
      id: 'NoActiveController',
      says: 'the cluster has no controller: topics and leaders stay as they are until it has one',
      metrics: [metrics.cluster(name, 'ActiveControllerCount')],
      below: 1,
      period: MINUTE,
      times: 5,
    },
  ];
  const each = Array.from({ length: brokers }, (_, index) => index + 1).flatMap((id): Alarm[] => [
    {
      ...usual,
      id: `Broker${id}DiskFull`,
      says: `broker ${id} has used ${FULL_PERCENT} % of its disk: it grows by itself up to brokerStorageMaxGiB`,
      metrics: [metrics.broker(name, id, 'KafkaDataLogsDiskUsed')],
      above: FULL_PERCENT,
    },
    {
      ...usual,
      id: `Broker${id}CpuBusy`,
      says: `broker ${id} is too busy to take over another's load: larger brokers, or more of them`,
      metrics: [metrics.broker(name, id, 'CpuUser'), metrics.broker(name, id, 'CpuSystem')],
      statistic: 'Average',
      expression: 'm0 + m1',
      above: BUSY_PERCENT,
    },
    {
      ...usual,
      id: `Broker${id}UnderReplicated`,
      says: `broker ${id} leads partitions whose replicas lag: a broker is down, or slow`,
      metrics: [metrics.broker(name, id, 'UnderReplicatedPartitions')],
      above: 0,
    },
  ]);
  return [...cluster, ...each];
}

function storeAlarms({ name, tables, search }: Service): Alarm[] {
  const usual = { period: 5 * MINUTE, times: 3, missing: 'notBreaching' } as const;
  return [
    {
      ...usual,
      id: 'DatabaseAtItsCapacity',
      says: 'Aurora runs at the most ACUs that it may have: raise databaseCapacity.MaxCapacity',
      metrics: [metrics.database(name, 'ACUUtilization')],
      statistic: 'Average',
      above: 90,
    },
    {
      ...usual,
      id: 'DatabaseConnections',
      says: 'Aurora has too many connections open',
      metrics: [metrics.database(name, 'DatabaseConnections')],
      statistic: 'Maximum',
      above: MANY_CONNECTIONS,
    },
    ...(search === 'domain' ? domainAlarms(name) : []),
    ...(search === 'serverless' ? collectionAlarms(name) : []),
    ...tables.map(
      (table): Alarm => ({
        ...usual,
        id: `${table}Throttled`,
        says: `${table} refuses requests for 15 minutes: one key takes too many, or the account's limit is reached`,
        metrics: [metrics.table(table, 'ReadThrottleEvents'), metrics.table(table, 'WriteThrottleEvents')],
        statistic: 'Sum',
        expression: 'FILL(m0, 0) + FILL(m1, 0)',
        above: 0,
      }),
    ),
  ];
}

/** "Recommended CloudWatch alarms for Amazon OpenSearch Service". */
function domainAlarms(name: string): Alarm[] {
  const usual = { statistic: 'Maximum', above: 0, missing: 'notBreaching' } as const;
  return [
    {
      ...usual,
      id: 'SearchIsRed',
      says: 'an index of alerts has lost its primary shard: indexAlerts waits; see the domain and its log',
      metrics: [metrics.domain(name, 'ClusterStatus.red')],
      period: MINUTE,
      times: 3,
    },
    {
      ...usual,
      id: 'SearchRefusesWrites',
      says: 'the domain takes no documents, for want of room or memory: raise searchStorageGiB, or keep fewer months',
      metrics: [metrics.domain(name, 'ClusterIndexWritesBlocked')],
      period: 5 * MINUTE,
      times: 1,
    },
  ];
}

/** A collection is never red or full: what can be seen of it is that it takes no documents. */
function collectionAlarms(name: string): Alarm[] {
  return [
    {
      id: 'SearchRefusesWrites',
      says: 'the collection fails bulk requests for 15 minutes: at its capacity, away, or its access policy is wrong; indexAlerts waits',
      metrics: [metrics.collection('AlertsCollection', name, 'IngestionRequestErrors')],
      statistic: 'Sum',
      above: 0,
      period: 5 * MINUTE,
      times: 3, // it takes half a minute to wake, and refuses what comes then
      missing: 'notBreaching',
    },
  ];
}

function resource({ name }: Service, alarm: Alarm): object {
  const { id, says, above, below, times, missing } = alarm;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${name}-${id}`,
      AlarmDescription: says,
      ComparisonOperator: below === undefined ? 'GreaterThanThreshold' : 'LessThanThreshold',
      Threshold: below ?? above,
      EvaluationPeriods: times,
      // What never had data (a group that has read nothing yet) is in that state from the start, and rings nobody.
      ...(missing === 'rings'
        ? { TreatMissingData: 'missing', InsufficientDataActions: [{ Ref: 'AlarmsTopic' }] }
        : { TreatMissingData: missing }),
      ...measured(alarm),
      AlarmActions: [{ Ref: 'AlarmsTopic' }],
      OKActions: [{ Ref: 'AlarmsTopic' }],
    },
  };
}

function measured({ metrics: all, expression, statistic, period }: Alarm): object {
  const described = all.map(({ namespace, name, dimensions }) => ({
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  }));
  if (expression === undefined) return { ...described[0], Statistic: statistic, Period: period };
  return {
    Metrics: [
      { Id: 'result', Expression: expression },
      ...described.map((Metric, index) => ({
        Id: `m${index}`,
        ReturnData: false,
        MetricStat: { Metric, Stat: statistic, Period: period },
      })),
    ],
  };
}
