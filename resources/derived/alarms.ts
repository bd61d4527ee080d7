import { type Metric, metrics } from './metrics.ts';
import { idOf, type Service } from './service.ts';

interface Alarm {
  /** logical id */
  id: string;
  /** for the operator: what is wrong, and where to look */
  description: string;
  /** heading of its section in docs/runbook.md; it ends the description */
  runbook: string;
  metrics: readonly Metric[];
  statistic: 'Maximum' | 'Minimum' | 'Sum' | 'Average';
  /** uses m0, m1, … in the order of `metrics`; without it the alarm watches the only metric */
  expression?: string;
  /** the alarm is raised above this threshold, or below the other one */
  above?: number;
  below?: number;
  /** length of a data point, in seconds */
  period: number;
  /** number of consecutive data points */
  times: number;
  /** missing data is normal, or raises the alarm if there was data before */
  missing: 'notBreaching' | 'raises';
}

/** More than a batch takes (seconds), and than a paused database takes to resume (half a minute). */
const BEHIND_SECONDS = 60;
/** Used if records wait and CloudWatch has no estimate. */
const UNKNOWN_SECONDS = 3600;
/** Amazon MSK recommends 60 for the CPU, so that the other brokers can take over from one, and 85 for the disk. */
const BUSY_PERCENT = 60;
const FULL_PERCENT = 85;
/** A database of this size accepts about 2,000. */
const MANY_CONNECTIONS = 1000;
const MINUTE = 60;

/** Every alarm by logical id, and the email subscription. They publish to AlarmsTopic (operations/alarms.yml). */
export function alarms(service: Service): Record<string, unknown> {
  const all = [
    ...groupAlarms(service),
    ...functionAlarms(service),
    ...mappingAlarms(service),
    ...brokerAlarms(service),
    ...storeAlarms(service),
    apiAlarm,
  ];
  return {
    ...Object.fromEntries(all.map((alarm) => [alarm.id, resource(service, alarm)])),
    ...subscription(service),
  };
}

/** AWS first sends the address a mail to confirm the subscription. */
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
          runbook: 'lag-grows',
          description: `${group} falls behind ${topic}, or stands still: see its function's log and Throttles`,
          metrics: [lag, seconds],
          // The minimum of five minutes: the lag was never smaller. The seconds tell a backlog from normal load, under
          // which hundreds of records are always in flight. The records tell whether the backlog shrinks.
          statistic: 'Minimum',
          expression: `IF(m0 > 0 AND DIFF(m0) >= 0 AND FILL(m1, ${UNKNOWN_SECONDS}) > ${BEHIND_SECONDS}, 1, 0)`,
          above: 0,
          period: 5 * MINUTE,
          times: 3,
          missing: 'notBreaching',
        },
        {
          id: `${stem}${idOf(topic)}LagMissing`,
          runbook: 'lag-missing',
          description: `${group} reports no lag any more: its mapping is disabled, deleted, or can't reach the cluster`,
          metrics: [lag],
          statistic: 'Maximum',
          below: 0, // never true: only missing data raises this alarm
          period: 5 * MINUTE,
          times: 3,
          missing: 'raises',
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
            runbook: 'function-fails',
            description: `${key} fails, hands batches back, or is throttled${rare(scheduled) ? '' : ' for 15 minutes'}: see its log`,
            metrics: [
              metrics.lambda(logicalId, 'Errors'),
              metrics.lambda(logicalId, 'Throttles'),
              metrics.own(name, key, 'FailedBatches'),
            ],
            // A single failed call is retried and raises no alarm, except for a function that runs once a day.
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
            runbook: 'dead-letters',
            description: `${key} refuses records: each says why in its headers`,
            metrics: [metrics.own(name, key, 'DeadLetters')],
            times: 1,
          },
        ]
      : []),
    ...(scheduled
      ? [
          {
            id: `${stem}NotRun`,
            runbook: 'not-run',
            description: `${key} is not called any more: is its schedule enabled?`,
            metrics: [metrics.lambda(logicalId, 'Invocations')],
            statistic: 'Sum',
            below: 1,
            period: rare(scheduled) ? scheduled : 5 * MINUTE,
            times: rare(scheduled) ? 2 : 3,
            missing: 'raises',
          } as const,
        ]
      : []),
  ]);
}

/** Whether the schedule's interval is longer than five minutes. */
function rare(scheduled: number | undefined): scheduled is number {
  return scheduled !== undefined && scheduled > 5 * MINUTE;
}

/** Nobody retries a request of the API, but a paused database makes a few fail. */
const apiAlarm: Alarm = {
  id: 'ApiFails',
  runbook: 'api-fails',
  description: 'the HTTP API answers with 5xx for 15 minutes: see the logs of its functions and its access log',
  metrics: [metrics.api('5xx')],
  statistic: 'Sum',
  above: 0,
  period: 5 * MINUTE,
  times: 3,
  missing: 'notBreaching',
};

/** Only with the metrics that the param mappingMetrics switches on. */
function mappingAlarms({ functions, mappingMetrics }: Service): Alarm[] {
  if (!mappingMetrics.includes('ErrorCount')) return [];
  const errors = ['PollingErrorCount', 'InvokeErrorCount', 'CommitErrorCount', 'SchemaRegistryErrorCount'];
  return functions.flatMap(({ stem, mappings }) =>
    mappings.map(
      ({ logicalId, group, topic }): Alarm => ({
        id: `${stem}${idOf(topic)}MappingErrors`,
        runbook: 'mapping-errors',
        description: `the mapping of ${group} can't poll, invoke, commit or read the registry for 15 minutes`,
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
      runbook: 'offline-partitions',
      description: 'partitions have no leader: nobody can read or write them; see the brokers and their log',
      metrics: [metrics.cluster(name, 'OfflinePartitionsCount')],
      above: 0,
      period: MINUTE,
    },
    {
      ...usual,
      id: 'NoActiveController',
      runbook: 'no-active-controller',
      description: 'the cluster has no controller: topics and leaders stay as they are until it has one',
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
      runbook: 'disk-full',
      description: `broker ${id} has used ${FULL_PERCENT} % of its disk: it grows by itself up to brokerStorageMaxGiB`,
      metrics: [metrics.broker(name, id, 'KafkaDataLogsDiskUsed')],
      above: FULL_PERCENT,
    },
    {
      ...usual,
      id: `Broker${id}CpuBusy`,
      runbook: 'cpu-busy',
      description: `broker ${id} is too busy to take over another's load: larger brokers, or more of them`,
      metrics: [metrics.broker(name, id, 'CpuUser'), metrics.broker(name, id, 'CpuSystem')],
      statistic: 'Average',
      expression: 'm0 + m1',
      above: BUSY_PERCENT,
    },
    {
      ...usual,
      id: `Broker${id}UnderReplicated`,
      runbook: 'under-replicated',
      description: `broker ${id} leads partitions whose replicas lag: a broker is down, or slow`,
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
      runbook: 'database-at-its-capacity',
      description: 'Aurora runs at the most ACUs that it may have: raise databaseCapacity.MaxCapacity',
      metrics: [metrics.database(name, 'ACUUtilization')],
      statistic: 'Average',
      above: 90,
    },
    {
      ...usual,
      id: 'DatabaseConnections',
      runbook: 'database-connections',
      description: 'Aurora has too many connections open',
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
        runbook: 'table-throttled',
        description: `${table} refuses requests for 15 minutes: one key takes too many, or the account's limit is reached`,
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
      runbook: 'search-is-red',
      description: 'an index of alerts has lost its primary shard: indexAlerts waits; see the domain and its log',
      metrics: [metrics.domain(name, 'ClusterStatus.red')],
      period: MINUTE,
      times: 3,
    },
    {
      ...usual,
      id: 'SearchRefusesWrites',
      runbook: 'search-refuses-writes',
      description:
        'the domain takes no documents, for want of room or memory: raise searchStorageGiB, or keep fewer months',
      metrics: [metrics.domain(name, 'ClusterIndexWritesBlocked')],
      period: 5 * MINUTE,
      times: 1,
    },
  ];
}

/** A collection reports no health or disk space, only that it rejects documents. */
function collectionAlarms(name: string): Alarm[] {
  return [
    {
      id: 'SearchRefusesWrites',
      runbook: 'search-refuses-writes',
      description:
        'the collection fails bulk requests for 15 minutes: at its capacity, away, or its access policy is wrong; indexAlerts waits',
      metrics: [metrics.collection('AlertsCollection', name, 'IngestionRequestErrors')],
      statistic: 'Sum',
      above: 0,
      period: 5 * MINUTE,
      times: 3, // it rejects requests for half a minute while it starts
      missing: 'notBreaching',
    },
  ];
}

function resource({ name }: Service, alarm: Alarm): object {
  const { id, description, runbook, above, below, times, missing } = alarm;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${name}-${id}`,
      AlarmDescription: `${description}. Runbook: docs/runbook.md#${runbook}`,
      ComparisonOperator: below === undefined ? 'GreaterThanThreshold' : 'LessThanThreshold',
      Threshold: below ?? above,
      EvaluationPeriods: times,
      // Without data from the start (a group that has read nothing yet) the state doesn't change, so nothing is raised.
      ...(missing === 'raises'
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
