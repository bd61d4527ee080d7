import { aggregate } from '#functions/orders/aggregate.ts';
import { partitionsOf } from '#lib/kafka/records.ts';
import type { Item } from '#lib/stores/attributes.ts';
import { aggregator } from '#lib/windows/aggregator.ts';
import { memoryWindows } from '#lib/windows/memory-store.fixture.ts';
import type { WindowCounts } from '#lib/windows/run.ts';
import { type PackedState, WindowState } from '#lib/windows/state/state.ts';
import { WINDOW_MS } from '#lib/windows/window.ts';
import { mskEvent } from '../support/msk-event.ts';
import type { HostileEvent } from './hostile-event.ts';

const FIRST = Date.UTC(2026, 0, 1);
const WINDOWS = 500;
/** Orders in the state of each window: one in each chunk of 8,192 offsets. */
const COUNTED = 1_050;
const ORDERS = 10_000;
const PRODUCTS = 20;

const start = (window: number) => FIRST + window * WINDOW_MS;
const productOf = (i: number) => `prod-${i % PRODUCTS}`;

/** The state of a window with late orders over a day, among many orders of other windows: its offsets are far apart. */
export function loneState(): PackedState {
  const state = new WindowState();
  for (let i = 0; i < COUNTED; i += 1) {
    state.apply({ productId: productOf(i), cents: 1_000, at: 0, raw: 'orders-0', offset: i * 8_192 });
  }
  return state.pack();
}

function* items(): Generator<Item> {
  const { products, offsets } = loneState();
  for (let window = 0; window < WINDOWS; window += 1) {
    const seconds = start(window) / 1_000;
    const expiresAt = { N: String(seconds + 10 * 86_400) };
    const state = { version: { N: '1' }, products: { B: products }, offsets: { B: offsets } };
    yield { id: { S: `state#${seconds}#0#0` }, ...state, expiresAt };
    yield { id: { S: `head#${seconds}` }, buckets: { N: '1' }, partitions: { NS: ['0'] }, expiresAt };
  }
}

/** A batch with orders for 500 windows, each of which has a thousand orders far apart. */
export const loneOrders: HostileEvent = {
  function: 'aggregateOrders',
  letters: 0,
  items: () => ({ WINDOWS_TABLE: items() }),
  event: () =>
    mskEvent(
      Array.from({ length: ORDERS }, (_, i) => ({
        topic: 'processed-orders',
        key: productOf(i),
        headers: { source: `orders-0-${Math.floor(i / WINDOWS) * 8_192 + (i % WINDOWS) + 1}` },
        timestamp: start(WINDOWS),
        value: {
          order_id: `o${i}`,
          user_id: 'u',
          product_id: productOf(i),
          product_name: 'p',
          amount: 10,
          timestamp: new Date(start(i % WINDOWS)).toISOString(),
        },
      })),
    ),
};

export interface Cost {
  readonly counts: WindowCounts;
  /** memory of the process: its peak, and before the batch */
  readonly peakMb: number;
  readonly beforeMb: number;
  readonly cpuMs: number;
}

/** Measures the cost of the batch in this process, with a table in memory. */
export async function measure(): Promise<Cost> {
  const store = memoryWindows();
  const deadline = { remaining: () => 60_000 };
  const state = loneState();
  for (let window = 0; window < WINDOWS; window += 1) {
    await store.join(start(window), 0, 1, deadline);
    await store.writeState({ start: start(window), partition: 0, bucket: 0 }, state, 0, deadline);
  }
  const event = loneOrders.event();
  const batch = { partitions: partitionsOf(event), bootstrapServers: event.bootstrapServers, deadline };
  let counts: WindowCounts | undefined;
  const rules = { graceMs: 10_000, latenessMs: 86_400_000 };
  const run = aggregate({
    aggregator: aggregator({ store, rules, buckets: 1, retentionSeconds: 691_200 }),
    publish: async () => {},
    report: (own) => {
      counts = own;
    },
  });
  const peakMb = () => Math.round(process.resourceUsage().maxRSS / 1_024);
  const [before, cpu] = [peakMb(), process.cpuUsage()];
  const failures = await run(batch);
  const { user, system } = process.cpuUsage(cpu);
  if (failures.length > 0 || counts === undefined) throw new Error(`${failures.length} orders were not counted`);
  return { counts, peakMb: peakMb(), beforeMb: before, cpuMs: Math.round((user + system) / 1_000) };
}

if (import.meta.filename === process.argv[1]) console.log(JSON.stringify(await measure()));
