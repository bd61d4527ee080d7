import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Partitioners } from 'kafkajs';
import { emfName } from '#cli/run/metrics/emf.ts';
import { kafkaOf } from '#local/deploy/servers.ts';
import { ROOT, type StackFile } from '#local/stack-file.ts';
import { queriesOf } from '#observability/grafana/queries.ts';
import { files } from '#observability/grafana/write.ts';
import { type Checkout, copyCheckout, type StartedRun } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus-server.ts';

const boards = Object.keys(files).map((file) => ({ file, ...queriesOf(file) }));

let checkout: Checkout;
let run: StartedRun;
let stack: StackFile;
let prometheus: TestPrometheus;
beforeAll(async () => {
  checkout = await copyCheckout();
  run = checkout.start(['--only', 'fleet,orders', '--vehicles', '20', '--orders', '20']);
  await run.says(/metrics for Prometheus: http/);
  stack = await run.stack();
  prometheus = await startPrometheus(String(stack.metrics));
  await closeWindows(stack);
}, 600_000);
afterAll(async () => {
  await prometheus?.stop();
  await checkout?.remove();
});

/** Orders of some minutes ago: their windows are due at once, so that the test needn't wait for a window's end. */
async function closeWindows({ endpoints }: StackFile): Promise<void> {
  const timestamp = new Date(Date.now() - 5 * 60_000).toISOString();
  const products = Array.from({ length: 20 }, (_, index) => `P${String(index + 1).padStart(3, '0')}`);
  const messages = products.map((product) => ({
    key: product,
    value: JSON.stringify({ order_id: product, user_id: 'u', product_id: product, amount: 1.5, timestamp }),
  }));
  const producer = kafkaOf(endpoints, 'test').producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: 'orders', messages });
  await producer.disconnect();
}

/** As Grafana puts values in for its variables. */
const filledIn = (expr: string) => expr.replaceAll('$__rate_interval', '15s').replaceAll('$function', 'processOrder');

/** Those whose query has no number yet. */
async function withoutData(queries: readonly { panel: string; expr: string }[]): Promise<string[]> {
  const missing: string[] = [];
  for (const { panel, expr } of queries) {
    const samples = await prometheus.query(filledIn(expr));
    if (!samples.some(({ value }) => Number.isFinite(value))) missing.push(`${panel}: ${expr}`);
  }
  return missing;
}

test.each(boards)('each query of $file has data', async ({ prometheus: queries }) => {
  expect(queries.length).toBeGreaterThan(10);
  await eventually(async () => (await withoutData(queries)).length === 0, {
    what: 'data of each query',
    boundMs: 90_000,
    seen: () => withoutData(queries),
  });
});

test('each alert can be evaluated, and the run has every metric that it asks for', async () => {
  const isEvaluated = async () => {
    const found = await prometheus.rules();
    return found.length > 0 && found.every(({ health }) => health === 'ok');
  };
  await eventually(isEvaluated, { what: 'the evaluation of all rules', seen: () => prometheus.rules() });
  const rules = await prometheus.rules();
  const names = rules.flatMap(({ query }) => query.match(/\b(up|(lambda|kafka|pipeline)_\w+)(?=[{[ )])/g) ?? []);
  expect(names.length).toBeGreaterThanOrEqual(rules.length);
  expect(await withoutData([...new Set(names)].map((expr) => ({ panel: 'alert', expr })))).toEqual([]);
});

test('the functions’ metrics that the rows of AWS ask for exist', async () => {
  const own = boards.flatMap(({ cloudwatch }) => cloudwatch).filter(({ namespace }) => namespace.startsWith('msk-'));
  const names = [...new Set(own.map(({ metricName }) => metricName))];
  const isLogged = async (name: string) => {
    const asked = ['Count', 'Milliseconds'].map((unit) => prometheus.query(emfName(name, unit)));
    return (await Promise.all(asked)).some(({ length }) => length > 0);
  };
  const missing: string[] = [];
  for (const name of names) if (!(await isLogged(name))) missing.push(name);
  expect(names).toContain('DeadLetters');
  expect(missing).toEqual([]);
});

test('the run has each metric that docs/observe.md names', async () => {
  const page = await readFile(join(ROOT, 'docs', 'observe.md'), 'utf8');
  const names = [...page.matchAll(/`((?:lambda|kafka|pipeline)_\w+)`/g)].map(([, name = '']) => name);
  const found = await prometheus.query('count by (__name__) ({job="msk-lambda-pipeline"})');
  const known = found.map(({ metric: { __name__: name = '' } }) => name.replace(/_bucket$/, ''));
  expect(names.length).toBeGreaterThan(15);
  expect([...new Set(names)].filter((name) => !known.includes(name))).toEqual([]);
});

test('generators, topics and functions count the same records', async () => {
  const sum = async (expr: string) => (await prometheus.query(expr))[0]?.value ?? Number.NaN;
  const counts = async () => [
    await sum('sum(pipeline_generated_records_total{topic="raw-data-topic"})'),
    await sum('sum(kafka_topic_partition_current_offset{topic="raw-data-topic"})'),
    await sum('pipeline_records_total{function="processTelemetry"}'),
  ];
  // The load goes on between the parts of a scrape, and on a busy machine the function has a backlog at first.
  const agree = async () => {
    const all = await counts();
    return Math.min(...all) > 0 && Math.min(...all) > 0.7 * Math.max(...all);
  };
  await eventually(agree, { what: 'equal counts', boundMs: 60_000, seen: counts });
});

test.each([
  ['kafka', 'BrokerDown'],
  ['dynamodb', 'ServerDown'],
])('while %s is frozen, the alert %s names it, and the other metrics go on', async (name, alert) => {
  const pid = stack.processes.find((own) => own.name === name)?.pid ?? Number.NaN;
  const raised = async () => {
    const alerts = await prometheus.query('ALERTS{alertname=~"PipelineDown|BrokerDown|ServerDown"}');
    return alerts.map(({ metric }) => `${metric['alertname']} ${metric['server']}`);
  };
  expect(await raised()).toEqual([]);
  process.kill(pid, 'SIGSTOP');
  try {
    await eventually(async () => (await raised()).length > 0, { what: 'the alert', seen: raised });
    expect(await raised()).toEqual([`${alert} ${name}`]);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await eventually(async () => (await raised()).length === 0, { what: 'no alert', seen: raised });
});

test('at the end of the run nothing serves metrics', async () => {
  process.kill(stack.pid, 'SIGINT');
  expect(await run.exitCode(120)).toBe(0);
  await expect(fetch(String(stack.metrics))).rejects.toThrow();
  expect(await checkout.processes()).toEqual([]);
}, 150_000);
