import type { CompiledTemplate } from '#msk';
import { functions, mappings } from './functions.ts';
import { topics } from './kafka.ts';
import { first, type Rule, resources } from './rule.ts';

const dashboard = (template: CompiledTemplate) =>
  first<{ DashboardBody: string }>(template, 'AWS::CloudWatch::Dashboard');
const widgets = (template: CompiledTemplate) =>
  (JSON.parse(dashboard(template).DashboardBody) as { widgets: object[] }).widgets;

/** The query of every SEARCH in the dashboard: `{namespace,dimension,…} terms`. */
function searches(template: CompiledTemplate): string[] {
  const texts: string[] = [];
  JSON.stringify(widgets(template), (_, value: unknown) => {
    if (typeof value === 'string')
      texts.push(...[...value.matchAll(/SEARCH\('([^']*)'/g)].map(([, query = '']) => query));
    return value;
  });
  return texts;
}

/** "CloudWatch search expression syntax": names with special characters need quotes; AWS's namespaces need none. */
function malformed(query: string): boolean {
  const [, names = ''] = /^\{([^}]*)\}/.exec(query) ?? [];
  return query.split('"').length % 2 === 0 || !names.split(',').every((name) => /^("[^"]+"|(AWS\/)?\w+)$/.test(name));
}

/** The metrics of all graphs, in the dashboard's format: `[namespace, name, dimension, value, …]`. */
const shownMetrics = (template: CompiledTemplate) =>
  (widgets(template) as { properties: { metrics?: unknown[][] } }[]).flatMap(
    ({ properties }) => properties.metrics ?? [],
  );

export const dashboardRules: Rule[] = [
  {
    name: 'the dashboard is valid, and shows every group, topic, function and table',
    source: 'CloudWatch API reference, "Dashboard body structure and syntax"',
    check: (template) => {
      const shown = JSON.stringify(widgets(template));
      const names = [
        ...mappings(template).map(([, mapping]) => mapping.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? ''),
        // JSON inside JSON.
        ...topics(template).map(({ TopicName }) => JSON.stringify(`Topic="${TopicName}"`).slice(1, -1)),
        ...functions(template).map(([id]) => id),
        ...resources(template, 'AWS::DynamoDB::Table').map(([id]) => id),
      ];
      return names.filter((name) => !shown.includes(name)).map((name) => `${name} is not shown`);
    },
    spoil: (template) => {
      const spoilt = dashboard(template);
      spoilt.DashboardBody = spoilt.DashboardBody.replaceAll('processTelemetry-raw-data-topic-v1', 'other');
    },
  },
  {
    name: 'the search expressions of the dashboard are valid',
    source: 'CloudWatch guide, "CloudWatch search expression syntax"',
    check: (template) => searches(template).filter(malformed),
    spoil: (template) => {
      const spoilt = dashboard(template);
      spoilt.DashboardBody = spoilt.DashboardBody.replace(/\{\\"([\w-]+)\\",service\}/, '{$1,service}');
    },
  },
  {
    name: 'the dashboard shows the latency of each store that has a free metric for it: all but S3',
    source: 'docs/deploy.md, "People"; CloudWatch metrics pages of DynamoDB, Aurora and OpenSearch Service',
    check: (template) => {
      const shown = JSON.stringify(widgets(template));
      const latencies = {
        'AWS::OpenSearchService::Domain': 'IndexingLatency',
        'AWS::OpenSearchServerless::Collection': 'IngestionRequestLatency',
      };
      return [
        'SuccessfulRequestLatency',
        'CommitLatency',
        ...Object.entries(latencies).flatMap(([type, metric]) => resources(template, type).map(() => metric)),
      ].filter((metric) => !shown.includes(metric));
    },
    spoil: (template) => {
      const spoilt = dashboard(template);
      spoilt.DashboardBody = spoilt.DashboardBody.replaceAll('IndexingLatency', 'SearchRate');
    },
  },
  {
    name: 'the dashboard shows the poller units of provisioned mappings, and of no others',
    source: 'Lambda guide, "Event source mapping metrics": EventPollerUnit',
    check: (template) => {
      const shown = shownMetrics(template).filter(([, name]) => name === 'EventPollerUnit');
      return mappings(template)
        .filter(([id, mapping]) => shown.some((metric) => metric.includes(id)) === !mapping.ProvisionedPollerConfig)
        .map(([id]) => id);
    },
    spoil: (template) => {
      for (const [, mapping] of mappings(template)) delete mapping.ProvisionedPollerConfig;
    },
  },
];
