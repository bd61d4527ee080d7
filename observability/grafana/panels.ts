import {
  MetricEditorMode,
  MetricQueryType,
  MetricsQueryBuilder,
  QueryMode,
} from '@grafana/grafana-foundation-sdk/cloudwatch';
import {
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Metric } from '#resources/derived/metrics.ts';

/** The two data sources, with the uids of provisioning/datasources. */
export const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' };
export const CLOUDWATCH = { type: 'cloudwatch', uid: 'cloudwatch' };

/** The uid of the dashboard of one function. */
export const FUNCTION_BOARD = 'msk-pipeline-function';

/** Grafana's grid has 24 columns. */
const COLUMNS = 24;
const HEIGHT = 8;

export interface Graph {
  title: string;
  /** What the panel tells, and what to do when it looks bad. */
  about: string;
  unit: string;
  /** PromQL, with the legend of its series; or a metric of CloudWatch. */
  lines: Line[];
  max?: number;
}

export type Line = { expr: string; legend: string } | AwsLine;

export interface AwsLine {
  metric: Metric;
  statistic: string;
}

export interface Figure extends Omit<Graph, 'lines' | 'max'> {
  expr: string;
  /** From this value on, the figure is red. */
  red: number;
}

/** @param across how many panels are side by side */
export function graph({ title, about, unit, lines, max }: Graph, across: number): TimeSeriesBuilder {
  const source = lines.some((line) => 'metric' in line) ? CLOUDWATCH : PROMETHEUS;
  const panel = new TimeSeriesBuilder()
    .title(title)
    .description(about)
    .datasource(source)
    .unit(unit)
    .min(0)
    .span(COLUMNS / across)
    .height(HEIGHT)
    .fillOpacity(8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .targets(lines.map((line, index) => ('metric' in line ? awsQuery(line, index) : query(line, index))));
  if (lines.some((line) => 'legend' in line && line.legend.includes('{{function}}'))) panel.dataLinks([toFunction()]);
  return max === undefined ? panel : panel.max(max);
}

export function figure({ title, about, unit, expr, red }: Figure, across: number): StatBuilder {
  const steps: Threshold[] = [
    { value: null, color: 'green' },
    { value: red, color: 'red' },
  ];
  return new StatBuilder()
    .title(title)
    .description(about)
    .datasource(PROMETHEUS)
    .unit(unit)
    .span(COLUMNS / across)
    .height(HEIGHT / 2)
    .noValue('not known')
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
    .targets([query({ expr, legend: '' }, 0)]);
}

/** A click on a function's line leads to the dashboard of that function. */
function toFunction(): DashboardLinkBuilder {
  const url = `/d/${FUNCTION_BOARD}?var-function=\${__field.labels.function}&\${__url_time_range}`;
  return new DashboardLinkBuilder('More of this function').type(DashboardLinkType.Link).url(url);
}

const refId = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index);

function query({ expr, legend }: { expr: string; legend: string }, index: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(index)).datasource(PROMETHEUS).range().expr(expr).legendFormat(legend);
}

/**
 * A dimension of `*` shows a line for each of its values. A dimension that is a Ref has a name that begins with the
 * stack's name. CloudWatch searches for it by the words of that name ("Search expression syntax": partial matching).
 */
function awsQuery({ metric, statistic }: AwsLine, index: number): MetricsQueryBuilder {
  const { namespace, name, dimensions } = metric;
  const base = new MetricsQueryBuilder()
    .refId(refId(index))
    .id(`m${index}`)
    .datasource(CLOUDWATCH)
    .queryMode(QueryMode.Metrics)
    .metricQueryType(MetricQueryType.Search)
    .region('default')
    .namespace(namespace)
    .metricName(name)
    .statistic(statistic)
    .period('60')
    .matchExact(true);
  const isNamed = Object.values(dimensions).every((value) => typeof value === 'string');
  if (isNamed) {
    return base
      .metricEditorMode(MetricEditorMode.Builder)
      .dimensions(dimensions as Record<string, string>)
      .label(`${name} \${LABEL}`);
  }
  const keys = Object.keys(dimensions).map((key) => (/\W/.test(key) ? `"${key}"` : key));
  const where = `{${namespace},${keys.join(',')}} MetricName="${name}" msk pipeline $stage`;
  return base
    .metricEditorMode(MetricEditorMode.Code)
    .dimensions({})
    .expression(`SEARCH('${where}', '${statistic}', 60)`);
}
