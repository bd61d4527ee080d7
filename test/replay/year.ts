import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StackFile } from '#local/stack-file.ts';
import { readTopics } from '#proof/readback/kafka.ts';
import { copyCheckout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { holds } from './holds.ts';
import { archiveOrders, foldOf, yearOfOrders } from './year-of-orders.ts';

/**
 * Part of `npm run test:long -- replay`. A year of orders is replayed from the archive through the running pipeline, and
 * every window must be the one that a plain fold gives. The replay is killed once on its way.
 */
const HISTORY = 'orders-history';
const KILLED_AT_RECORDS = 4_000;
const MINUTE = 60_000;

const checkout = await copyCheckout();
process.once('SIGINT', () => void checkout.remove().finally(() => process.exit(130)));
try {
  // Kafka would delete a year-old record of a topic that keeps records for three days.
  const run = checkout.start(['--only', 'none', '--param', 'topicRetentionMs=-1']);
  await run.says(/all mappings poll/, 240);
  await replayYear(await run.stack());
  run.interrupt();
  await run.exitCode(120);
} finally {
  await checkout.remove();
}

async function replayYear({ endpoints, references }: StackFile): Promise<void> {
  const orders = yearOfOrders(Date.now());
  const bucket = String(references?.['ArchiveBucket']?.['Ref']);
  await archiveOrders(orders, HISTORY, { endpoint: endpoints.s3, bucket });

  const started = performance.now();
  const killed = await replay(KILLED_AT_RECORDS);
  const again = await replay();
  const seconds = (performance.now() - started) / 1000;
  const speed = Math.round((365 * 86_400) / seconds);
  console.log(`${orders.length} orders of a year in ${seconds.toFixed(0)} s: ${speed} times their speed`);
  holds('the killed run had produced some of them', killed.code === null && /are there already/.test(again.output));
  holds('the second run is done, and has read every record back', again.code === 0 && /read back/.test(again.output));
  holds('at least a thousand times their speed', speed >= 1_000);

  const fold = foldOf(orders);
  const read = () => resultsIn(endpoints.kafka);
  const isAll = ({ count, late }: Awaited<ReturnType<typeof read>>) => count + late >= orders.length;
  await eventually(async () => isAll(await read()), {
    what: 'all windows are closed',
    boundMs: 5 * MINUTE,
    seen: async () => `${(await read()).count} of ${orders.length} orders are in results`,
  });
  const { results, corrections, late } = await read();
  const wrong = [...fold].filter(([key, { count, cents }]) => {
    const result = results.get(key);
    return result?.count !== count || result.cents !== cents;
  });
  console.log(
    `${fold.size} windows of a product, ${wrong.length} wrong, ${corrections} corrections, ${late} dead letters`,
  );
  holds('no order became late', late === 0);
  holds('every window is the one of a plain fold', wrong.length === 0 && results.size === fold.size);
  const verified = await command('cli/verify-archive.ts');
  holds('verify-archive finds the archive of this run whole', verified.code === 0);
}

/** @param killAt kills it when it has produced as many records */
function replay(killAt?: number) {
  return command('cli/replay.ts', [HISTORY, '--to', 'orders', ...process.argv.slice(2)], killAt);
}

async function command(file: string, options: readonly string[] = [], killAt?: number) {
  const child = spawn(process.execPath, [file, ...options], {
    cwd: checkout.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const produced = Number(/(\d+) of \d+ records \(\d+\/s\)\n$/.exec(output)?.[1]);
    if (killAt !== undefined && produced >= killAt) child.kill('SIGKILL');
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  console.log(output);
  await sleep(100);
  return { code, output };
}

/** The latest result of each window and product, and how many orders they hold. */
async function resultsIn(brokers: string) {
  const logs = await readTopics(brokers, ['product-metrics', 'orders-dlq']);
  const results = new Map<string, { count: number; cents: number }>();
  let corrections = 0;
  for (const { value } of logs['product-metrics'].records) {
    const { window_start, product_id, order_count, total_revenue } = JSON.parse(String(value)) as Record<
      string,
      number
    >;
    const key = `${window_start}/${product_id}`;
    const before = results.get(key);
    if (before !== undefined) corrections += 1;
    if ((before?.count ?? 0) < (order_count ?? 0))
      results.set(key, { count: order_count ?? 0, cents: Math.round((total_revenue ?? 0) * 100) });
  }
  const count = [...results.values()].reduce((sum, each) => sum + each.count, 0);
  return { results, corrections, count, late: logs['orders-dlq'].records.length };
}
