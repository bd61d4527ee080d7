import { PACKAGING_MS, plainTemplate } from '#test/template/compiled.ts';
import { queriesOf } from './queries.ts';
import { files } from './write.ts';

/** The namespace of the functions' own metrics; test/e2e/metrics.servers.test.ts checks their names. */
const OWN = 'msk-pipeline-$stage';
const queries = Object.keys(files).flatMap((file) => queriesOf(file).cloudwatch);

/** Namespace, name and dimensions of each metric that the template's alarms watch or its dashboard shows. */
async function metricsOfTemplate(): Promise<Set<string>> {
  const { Resources } = await plainTemplate('prod');
  const found = new Set<string>();
  for (const { Type, Properties = {} } of Object.values(Resources)) {
    if (Type === 'AWS::CloudWatch::Alarm') {
      type Watched = { Namespace: string; MetricName: string; Dimensions: { Name: string }[] };
      const { Metrics = [] } = Properties as { Metrics?: { MetricStat?: { Metric: Watched } }[] };
      for (const own of [
        Properties as unknown as Watched,
        ...Metrics.flatMap((each) => each.MetricStat?.Metric ?? []),
      ]) {
        if (own.MetricName)
          found.add(
            idOf(
              own.Namespace,
              own.MetricName,
              own.Dimensions.map(({ Name }) => Name),
            ),
          );
      }
    }
    if (Type !== 'AWS::CloudWatch::Dashboard') continue;
    type Body = { widgets: { properties: { metrics?: unknown[][] } }[] };
    const body = Properties['DashboardBody'] as string | { 'Fn::Sub': string };
    const { widgets } = JSON.parse(typeof body === 'string' ? body : body['Fn::Sub']) as Body;
    for (const [namespace, name, ...rest] of widgets.flatMap(({ properties }) => properties.metrics ?? [])) {
      if (typeof namespace !== 'string') continue;
      found.add(
        idOf(
          namespace,
          String(name),
          rest.filter((_, index) => index % 2 === 0 && index < rest.length - 1),
        ),
      );
    }
  }
  return found;
}

const idOf = (namespace: string, name: string, dimensions: unknown[]) =>
  [namespace, name, ...dimensions.map(String).toSorted()].join(' | ');

test(
  'each metric of AWS in the dashboards is one that the template’s alarms or its dashboard know',
  async () => {
    const known = await metricsOfTemplate();
    const asked = queries.filter(({ namespace, expression }) => namespace !== OWN && expression === undefined);
    const ids = asked.map(({ namespace, metricName, dimensions }) =>
      idOf(namespace, metricName, Object.keys(dimensions)),
    );

    expect(ids.length).toBeGreaterThan(10);
    expect([...new Set(ids)].filter((id) => !known.has(id))).toEqual([]);
  },
  PACKAGING_MS,
);

test(
  'each search names a metric and dimensions that the template’s alarms or its dashboard know',
  async () => {
    const known = await metricsOfTemplate();
    const parts = queries.flatMap(({ expression }) =>
      expression === undefined
        ? []
        : [/^SEARCH\('\{([^,]+),(.+)\} MetricName="(\w+)" msk pipeline \$stage', '\w+', 60\)$/.exec(expression)],
    );
    const ids = parts.map((found) => idOf(found?.[1] ?? '', found?.[3] ?? '', (found?.[2] ?? '').split(',')));

    expect(ids.length).toBeGreaterThan(3);
    expect([...new Set(ids)].filter((id) => !known.has(id))).toEqual([]);
  },
  PACKAGING_MS,
);
