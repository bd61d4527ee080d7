import type { DeadLetterItem, WindowItem } from '../../contract.ts';
import { objectOf, type PlacedRecord, timeOf } from './kafka-record.ts';

const WINDOW_MS = 60_000;
const KEPT_MS = 60 * WINDOW_MS;
/** Windows and products together. */
const MOST = 20_000;
const MOST_CENTS = 1e15;

interface Counted extends WindowItem {
  /** integer cents: a sum of doubles would drift */
  cents: number;
}

/**
 * The windows of the last hour: counted from processed-orders until the result of product-metrics comes, which is
 * exact. An order that is delivered twice counts twice until then.
 */
export class Windows {
  readonly #windows = new Map<string, Counted>();
  readonly #changed = new Set<string>();
  /** the latest event time of all orders */
  #streamTime = 0;

  /** Takes a record of processed-orders. */
  order(record: PlacedRecord): void {
    const { product_id, amount, timestamp } = objectOf(record) ?? {};
    const time = timeOf(timestamp);
    if (typeof product_id !== 'string' || typeof amount !== 'number' || time === undefined) return;
    this.#streamTime = Math.max(this.#streamTime, time);
    const start = Math.floor(time / WINDOW_MS) * WINDOW_MS;
    const window = this.#window(start, product_id);
    if (window === undefined || window.state === 'closed' || window.state === 'corrected') return;
    this.#changed.add(nameOf(window));
    window.orders += 1;
    window.cents += Math.min(Math.round(amount * 100), MOST_CENTS);
    window.revenue = window.cents / 100;
  }

  /** Takes a record of product-metrics: the exact result, or a correction, which has more orders. */
  result(record: PlacedRecord): void {
    const { window_start, product_id, order_count, total_revenue } = objectOf(record) ?? {};
    if (typeof window_start !== 'number' || typeof product_id !== 'string') return;
    if (typeof order_count !== 'number' || typeof total_revenue !== 'number') return;
    this.closed(window_start * 1000, product_id, order_count, total_revenue);
  }

  /** @param start ms since the epoch */
  closed(start: number, product: string, orders: number, revenue: number): void {
    this.#streamTime = Math.max(this.#streamTime, start);
    const window = this.#window(start, product);
    if (window === undefined) return;
    const isClosed = window.state === 'closed' || window.state === 'corrected';
    // The same result may come again, or an older one after a newer one.
    if (isClosed && orders <= window.orders) return;
    this.#changed.add(nameOf(window));
    window.state = isClosed ? 'corrected' : 'closed';
    window.orders = orders;
    window.revenue = revenue;
  }

  /** Takes a dead letter with its value: a late order belongs to a window, though it isn't counted. */
  late({ code }: DeadLetterItem, record: PlacedRecord): void {
    if (code !== 'LATE') return;
    const { product_id, timestamp } = objectOf(record) ?? {};
    const time = timeOf(timestamp);
    if (typeof product_id !== 'string' || time === undefined) return;
    const window = this.#window(Math.floor(time / WINDOW_MS) * WINDOW_MS, product_id);
    if (window === undefined) return;
    this.#changed.add(nameOf(window));
    window.late += 1;
  }

  all(): WindowItem[] {
    return [...this.#windows.values()].map(itemOf);
  }

  /** What has changed since the last call. */
  changes(): WindowItem[] {
    for (const [name, window] of this.#windows) {
      if (window.start < this.#streamTime - KEPT_MS) this.#windows.delete(name);
      else if (window.state === 'open' && window.start + WINDOW_MS <= this.#streamTime) {
        window.state = 'closing';
        this.#changed.add(name);
      }
    }
    const items = [...this.#changed].flatMap((name) => this.#windows.get(name) ?? []).map(itemOf);
    this.#changed.clear();
    return items;
  }

  #window(start: number, product: string): Counted | undefined {
    const name = nameOf({ start, product });
    let window = this.#windows.get(name);
    if (window === undefined) {
      if (start < this.#streamTime - KEPT_MS || this.#windows.size >= MOST) return undefined;
      window = { start, product, state: 'open', orders: 0, revenue: 0, late: 0, cents: 0 };
      this.#windows.set(name, window);
    }
    return window;
  }
}

function nameOf({ start, product }: Pick<WindowItem, 'start' | 'product'>): string {
  return `${start}/${product}`;
}

function itemOf({ cents: _cents, ...item }: Counted): WindowItem {
  return item;
}
