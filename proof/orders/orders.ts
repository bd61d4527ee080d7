import { checkDeadLetters, deadLettersOf } from '../checks/dead-letters.ts';
import { bare } from '../checks/once.ts';
import { checkOrder } from '../checks/order.ts';
import { checkStores } from '../checks/stores.ts';
import { type Contradiction, checkWitness } from '../checks/witness.ts';
import { countBy, counted } from '../count.ts';
import type { Domain, Judged, Subject } from '../domain.ts';
import { domainProblems } from '../problems.ts';
import type { Tally } from '../tally.ts';
import { checkLedger } from './check-ledger.ts';
import { checkProcessed } from './check-processed.ts';
import { checkOrderItems, checkOrderRows } from './check-stores.ts';
import { checkWindows } from './check-windows.ts';
import { COLUMNS, METRICS, ORDERS, ORDERS_DLQ, PROCESSED_ORDERS, TABLES, TOPICS } from './places.ts';
import type { OrdersReport, OrdersTypes } from './report.ts';
import { type OrdersTruth, ordersTruth } from './truth/orders.ts';

/** Orders in, processed orders and one-minute windows of every product out. */
export const orders: Domain<OrdersTypes> = { topics: TOPICS, tables: TABLES, columns: COLUMNS, judge, describe };

function judge({ world, facts, isOlder, mayBeDead, findings }: Subject): Judged<OrdersReport> {
  const { topics } = world;
  const truth = ordersTruth(world, facts);
  const { good, bad, late } = truth;
  const processed = checkProcessed(topics[PROCESSED_ORDERS], truth, isOlder, findings);
  checkOrder(PROCESSED_ORDERS, topics[PROCESSED_ORDERS].records, findings);
  const letters = checkDeadLetters(
    { topic: ORDERS_DLQ, log: topics[ORDERS_DLQ], topics: TOPICS },
    new Map([...bad, ...late.letters]),
    (name) => mayBeDead(name) || late.copies.has(name),
    findings,
  );
  const ordersAreGone = topics[ORDERS].partitions.some(({ start }) => start > 0);
  const windows = checkWindows(world, truth, facts.openWindows, () => ordersAreGone, findings);
  const tallyOf = (place: 'topic' | 'rds' | 'file') => windows.tallies[place]?.tally as Tally;
  const stores = checkStores(
    TOPICS,
    world,
    {
      rds: (rows) => ({ orders: checkOrderRows(rows, truth, isOlder, findings), product_metrics: tallyOf('rds') }),
      dynamodb: (items) => ({ orders: checkOrderItems(items, truth, isOlder, findings) }),
      file: () => ({ 'metrics.json': tallyOf('file') }),
    },
    findings,
  );
  const run = facts.generators.orders;
  const witness = checkWitness(run, TOPICS, world, contradiction(truth), findings);
  if (run !== undefined) checkLedger(run.manifest, truth, findings);
  const ids = countBy(good.values(), ({ order }) => order.order_id);
  const report: OrdersReport = {
    acknowledged: witness.acknowledged[ORDERS] ?? 0,
    read: topics[ORDERS].records.length,
    bad: bad.size,
    processed: processed.stored - processed.repeated,
    deadLettered: deadLettersOf(ORDERS, topics[ORDERS_DLQ]),
    late: deadLettersOf(PROCESSED_ORDERS, topics[ORDERS_DLQ]),
    badByCode: countBy([...bad.values(), ...late.letters.values()], ({ code }) => code),
    badByCause: witness.badByCause,
    duplicateOrderIds: Object.values(ids).filter((count) => count > 1).length,
    topics: { [PROCESSED_ORDERS]: bare(processed), [METRICS]: bare(tallyOf('topic')), [ORDERS_DLQ]: bare(letters) },
    producedTwice: processed.repeated + letters.repeated,
    windows: windows.report,
    stores,
  };
  return { report, problems: problemsOf(run, report) };
}

/** Compares the code that the generator meant a record to have with the code found in its topic, or LATE downstream. */
function contradiction({ bad, mended, late }: OrdersTruth): Contradiction {
  return (_topic, name, expectation) => {
    if (mended.has(name) && expectation.kind === 'good') return undefined;
    const meant = expectation.kind === 'bad' ? expectation.code : undefined;
    const found = bad.get(name)?.code ?? (late.sources.has(name) ? 'LATE' : undefined);
    return meant === found ? undefined : `meant to be ${meant ?? 'good'}, found to be ${found ?? 'good'}`;
  };
}

function problemsOf(run: Subject['facts']['generators']['orders'], report: OrdersReport): string[] {
  const { expected, open } = report.windows;
  const undone = open > 0 ? [`orders: ${counted(open, 'window')} not closed when the drain ended`] : [];
  if (run === undefined) return undone;
  return [
    ...undone,
    ...(expected === 0 ? ['orders: no window was closed'] : []),
    // Where the generator made no bad records, the archive of the dead-letter topic is empty.
    ...domainProblems('orders', run, report, run.causes.length === 0 ? [ORDERS_DLQ] : []),
  ];
}

function describe(report: OrdersReport, perSecond: number): string[] {
  const { acknowledged, bad, deadLettered, late, producedTwice, windows } = report;
  return [
    `orders: ${counted(acknowledged, 'order')} acknowledged (${perSecond}/s), ${counted(bad, 'bad one')}, ` +
      `${counted(deadLettered, 'dead letter')}, ${late} late`,
    `  windows  expected ${windows.expected}, exact to the cent in ${Object.keys(windows.places).join(', ')}: ` +
      `${windows.exact}; ${counted(windows.corrections, 'correction')}`,
    ...(producedTwice > 0 ? [`  ${producedTwice} produced twice upstream, stored once`] : []),
  ];
}
