import type { Findings } from '../findings.ts';
import type { OrdersManifest } from './facts.ts';
import { ORDERS } from './places.ts';
import type { OrdersTruth } from './truth/orders.ts';
import { moneyText, sumsOf } from './truth/window.ts';

/** The place where an order was sent to, also if it was redriven since. */
const SOURCE = /-(\d+)-(\d+)(?:\/redriven)?$/;

/**
 * Compares the generator's sums of its acknowledged orders with the sums of these records in the topic: two independent
 * counts of the same orders.
 */
export function checkLedger(manifest: OrdersManifest, truth: OrdersTruth, findings: Findings): void {
  const own = [...truth.good.values()].filter(({ source }) => {
    const [partition = -1, offset = -1] = (SOURCE.exec(source) ?? []).slice(1).map(Number);
    return manifest.at(ORDERS, partition, offset)?.kind === 'good';
  });
  const found = sumsOf(own.map(({ order }) => order));
  for (const key of new Set([...manifest.windows.keys(), ...found.keys()])) {
    const [meant, read] = [manifest.windows.get(key), found.get(key)];
    if (meant?.count === read?.count && meant?.cents === read?.cents) continue;
    findings.add('generator', 'different', key, `meant ${text(meant)}, found ${text(read)}`);
  }
}

function text(sum: { count: number; cents: number } | undefined): string {
  return sum === undefined ? 'no order' : `${sum.count} orders, ${moneyText(sum.cents)}`;
}
