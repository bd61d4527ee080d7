import type { ProductMetric } from '#lib/windows/state/metric.ts';
import type { Report as WholeReport } from '#proof/report.ts';

type Report = Pick<WholeReport, 'ok' | 'problems' | 'domains'>;

/** A check of ./test_pipeline.sh after its run. */
export interface Check {
  what: string;
  holds: boolean;
  found?: string;
}

/** Checks the report of a run of orders: nothing is lost, nothing is stored twice, every window is exact. */
export function reportChecks(report: Report): Check[] {
  const { read, acknowledged, bad, deadLettered, processed, windows, stores } = report.domains.orders;
  return [
    {
      what: 'orders were generated and are in the topic',
      holds: acknowledged > 0 && read >= acknowledged,
      found: `${acknowledged}`,
    },
    {
      what: 'generated = processed + dead-lettered',
      holds: read === processed + deadLettered,
      found: `${read} = ${processed} + ${deadLettered}`,
    },
    {
      what: 'every bad order is a dead letter, and no good order is one',
      holds: deadLettered === bad,
      found: `${bad} bad, ${deadLettered} dead`,
    },
    {
      what: 'every window is exact to the cent in the topic, S3, the database and the file',
      holds: windows.expected > 0 && windows.exact === windows.expected && windows.open === 0,
      found: `${windows.exact} of ${windows.expected}, ${windows.corrections} corrected`,
    },
    ...Object.entries(stores).map(([store, { expected, stored, lost, duplicated }]) => ({
      what: `nothing is lost or stored twice in ${store}`,
      holds: expected > 0 && lost === 0 && duplicated === 0,
      found: `${stored} of ${expected}`,
    })),
    {
      what: 'the report is ok',
      holds: report.ok,
      ...(report.problems.length > 0 && { found: report.problems.join('; ') }),
    },
  ];
}

const FIELDS = 'window_start,window_end,product_id,order_count,total_revenue,avg_order_value';

/** Checks the output file itself, as its reader sees it. */
export function outputChecks(lines: readonly string[], report: Report): Check[] {
  const { processed, late, windows } = report.domains.orders;
  const metrics = lines.map(metricOf);
  const wrong = metrics.flatMap((metric, index) => (metric === undefined ? [index + 1] : []));
  const largest = new Map<string, ProductMetric>();
  for (const metric of metrics.filter((each) => each !== undefined)) {
    const key = `${metric.window_start}/${metric.product_id}`;
    if (metric.order_count > (largest.get(key)?.order_count ?? 0)) largest.set(key, metric);
  }
  const counted = [...largest.values()].reduce((sum, { order_count }) => sum + order_count, 0);
  return [
    { what: 'the output file has results', holds: lines.length > 0, found: `${lines.length} lines` },
    {
      what: 'each line is one result with exactly six fields, and its average fits its sum',
      holds: wrong.length === 0,
      ...(wrong.length > 0 && { found: `wrong in lines ${wrong.slice(0, 5).join(', ')}` }),
    },
    {
      what: 'the results in the file count every processed order once',
      holds: counted + late === processed,
      found: `${counted}${late > 0 ? ` and ${late} late` : ''} of ${processed}`,
    },
    {
      what: 'the file has every window and product',
      holds: largest.size === windows.expected,
      found: `${largest.size} of ${windows.expected}`,
    },
  ];
}

/** @returns undefined if the line is no correct result */
function metricOf(line: string): ProductMetric | undefined {
  let metric: ProductMetric;
  try {
    metric = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (metric === null || Object.keys(metric).join() !== FIELDS) return undefined;
  const { window_start: start, window_end: end, order_count: count, total_revenue: revenue } = metric;
  const cents = Math.round(revenue * 100);
  const right =
    start % 60 === 0 &&
    end === start + 60 &&
    Number.isInteger(count) &&
    count > 0 &&
    revenue === cents / 100 &&
    metric.avg_order_value === Math.floor((2 * cents + count) / (2 * count)) / 100;
  return right ? metric : undefined;
}
