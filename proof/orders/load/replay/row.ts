import { type Columns, FIELDS, type Field } from './columns.ts';

/** An order from a file; `time` in ms since the epoch. */
export interface FileOrder {
  order_id: string;
  user_id: string;
  product_id: string;
  amount: number;
  time: number;
}

const EPOCH_MS = 1e11;
const NUMBER = /^-?\d+(\.\d+)?$/;
const TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads an order from a row of a file, by its columns. A number may be a text. An id may be a whole number that a
 * double holds exactly. A time is ISO 8601 (also with a space instead of `T`; without a zone it is UTC), or seconds or
 * milliseconds since the epoch.
 *
 * @throws Error naming the wrong column; the caller adds the line
 */
export function toOrder(row: Readonly<Record<string, unknown>>, columns: Columns): FileOrder {
  const values = Object.fromEntries(FIELDS.map((field) => [field, own(row, columns[field])])) as Record<Field, unknown>;
  const text = (field: Field): string => {
    const value = values[field];
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') return String(value);
    throw new Error(`${columns[field]} must be a text or a number, not ${JSON.stringify(value)}`);
  };
  const id = (field: Field): string => {
    const value = values[field];
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return text(field);
    throw new Error(
      `${columns[field]} is a number that JSON may not keep as it was written, ${value}: put it in quotes`,
    );
  };
  return {
    order_id: id('order_id'),
    user_id: id('user_id'),
    product_id: id('product_id'),
    amount: amountOf(text('amount').trim(), columns.amount),
    time: timeOf(text('timestamp').trim(), columns.timestamp),
  };
}

function own(row: Readonly<Record<string, unknown>>, column: string): unknown {
  if (Object.hasOwn(row, column)) return row[column];
  throw new Error(`no column ${column}; there are ${Object.keys(row).join(', ') || 'none'}: see --map`);
}

function amountOf(text: string, column: string): number {
  if (NUMBER.test(text)) return Number(text);
  throw new Error(`${column} must be a number, not "${text}"`);
}

function timeOf(text: string, column: string): number {
  if (NUMBER.test(text)) return Math.round(Number(text) < EPOCH_MS ? Number(text) * 1000 : Number(text));
  const [, date, clock, seconds = ':00', zone = 'Z'] = TIME.exec(text) ?? [];
  const ms = Date.parse(`${date}T${clock}${seconds}${zone}`);
  if (date !== undefined && Number.isFinite(ms) && isDay(date)) return ms;
  throw new Error(`${column} must be ISO 8601, or seconds or milliseconds since the epoch, not "${text}"`);
}

/** Date.parse reads February 30 as March 2. */
const isDay = (date: string) => new Date(date).toISOString().startsWith(date);
