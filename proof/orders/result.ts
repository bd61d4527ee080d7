import { isUtf8 } from 'node:buffer';
import { headerOf, type LogRecord } from '../world.ts';
import type { MetricRow } from './places.ts';
import { averageCents, moneyText, WINDOW_SECONDS, windowKey } from './truth/window.ts';

/** A result that was read from a place; `fault` where it contradicts itself. */
export interface Result {
  /** `<window start>/<product>`; if it can't be read, the name of its record or line */
  key: string;
  count: number;
  cents: number;
  fault?: string;
}

const FIELDS = ['window_start', 'window_end', 'product_id', 'order_count', 'total_revenue', 'avg_order_value'];

/** A record of product-metrics, in the topic or its archive. */
export function resultOfRecord(record: LogRecord): Result {
  const name = headerOf(record, 'source') ?? `${record.topic}-${record.partition}-${record.offset}`;
  const text = record.value !== null && isUtf8(record.value) ? record.value.toString('utf8') : '';
  const result = resultOfText(text, name);
  if (result.fault !== undefined) return result;
  if (result.key !== name) return { ...result, fault: `its source is ${name}` };
  const product = result.key.slice(result.key.indexOf('/') + 1);
  return record.key?.toString('utf8') === product ? result : { ...result, fault: 'the key is not the product_id' };
}

/** @param name of the record or line, for a result that can't be read */
export function resultOfText(text: string, name: string): Result {
  const unread = (fault: string): Result => ({ key: name, count: 0, cents: 0, fault });
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return unread('it is not JSON');
  }
  if (typeof value !== 'object' || value === null) return unread('it is not a JSON object');
  const { window_start, window_end, product_id, order_count, total_revenue, avg_order_value } = value;
  if (typeof window_start !== 'number' || typeof product_id !== 'string') return unread('it has no window or product');
  const cents = Math.round(Number(total_revenue) * 100);
  const result: Result = { key: windowKey(window_start, product_id), count: Number(order_count), cents };
  const fields = Object.keys(value).join();
  if (fields !== FIELDS.join()) return { ...result, fault: `its fields are ${fields}` };
  const wanted: Record<string, unknown> = {
    window_end: window_start + WINDOW_SECONDS,
    // The double that is nearest to the amount with two decimals.
    total_revenue: cents / 100,
    avg_order_value: result.count > 0 ? averageCents(result) / 100 : undefined,
  };
  return { ...result, ...faultOf(wanted, { window_end, total_revenue, avg_order_value }) };
}

export function resultOfRow(row: MetricRow): Result {
  const { window_start, window_end, product_id, order_count, total_revenue, avg_order_value } = row;
  const start = Number(window_start);
  const cents = Number(total_revenue.replace('.', ''));
  const result: Result = { key: windowKey(start, product_id), count: Number(order_count), cents };
  const wanted = {
    window_end: String(start + WINDOW_SECONDS),
    total_revenue: moneyText(cents),
    avg_order_value: result.count > 0 ? moneyText(averageCents(result)) : undefined,
  };
  return { ...result, ...faultOf(wanted, { window_end, total_revenue, avg_order_value }) };
}

function faultOf(wanted: Record<string, unknown>, found: Record<string, unknown>): { fault?: string } {
  const field = Object.keys(wanted).find((name) => wanted[name] !== found[name]);
  return field === undefined ? {} : { fault: `${field} is ${String(found[field])}, not ${String(wanted[field])}` };
}
