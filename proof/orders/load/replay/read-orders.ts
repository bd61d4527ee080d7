import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import type { Columns } from './columns.ts';
import { type FileOrder, toOrder } from './row.ts';

interface NumberedRow {
  line: number;
  row: Record<string, unknown>;
}

/** Formats by the file's extension. Each yields one row at a time, so that files may be long. */
const FORMATS: Readonly<Record<string, (file: string) => AsyncIterable<NumberedRow>>> = {
  '.csv': csvRows,
  '.ndjson': jsonRows,
  '.jsonl': jsonRows,
};

/**
 * Reads orders from a file, one after the other.
 *
 * @param mostBackMs how far an order may be older than the newest before it
 * @throws Error with file and line: no such file or format, a row that can't be read, a column that is missing or
 *   wrong, an order that is too old
 * @example for await (const { order_id } of readOrders('orders.csv', parseColumns('order_id=orderID'))) …
 */
export async function* readOrders(
  file: string,
  columns: Columns,
  mostBackMs = Number.POSITIVE_INFINITY,
): AsyncGenerator<FileOrder> {
  const rows = FORMATS[extname(file).toLowerCase()];
  if (rows === undefined) throw new Error(`${file}: must be one of ${Object.keys(FORMATS).join(', ')}`);
  let line = 0;
  let newest = Number.NEGATIVE_INFINITY;
  try {
    for await (const numbered of rows(file)) {
      line = numbered.line;
      const order = toOrder(numbered.row, columns);
      if (order.time < newest - mostBackMs) throw new Error(unsorted(columns, mostBackMs));
      newest = Math.max(newest, order.time);
      yield order;
    }
  } catch (error) {
    const { message, code, lines } = error as Error & { code?: string; lines?: number };
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES') {
      throw new Error(`can't read ${file}`, { cause: error });
    }
    throw new Error(`${file} line ${lines ?? line}: ${message}`);
  }
}

const unsorted = ({ timestamp }: Columns, mostBackMs: number) =>
  `${timestamp} is over ${mostBackMs / 60_000} minutes before a row above it: sort the file by it, oldest order first`;

/**
 * Reads the whole file, so that an error is reported before anything is sent.
 * @returns its products
 * @throws Error as readOrders does, and where the file holds no order
 */
export async function productsOf(...[file, ...rest]: Parameters<typeof readOrders>): Promise<Set<string>> {
  const products = new Set<string>();
  for await (const { product_id } of readOrders(file, ...rest)) products.add(product_id);
  if (products.size === 0) throw new Error(`${file} holds no order`);
  return products;
}

/** The first row names the columns. */
async function* csvRows(file: string): AsyncGenerator<NumberedRow> {
  const input = createReadStream(file);
  const parser = parse({ columns: true, info: true, bom: true, skip_empty_lines: true, trim: true });
  input.on('error', (error) => parser.destroy(error));
  try {
    for await (const { record, info } of input.pipe(parser)) yield { line: info.lines, row: record };
  } finally {
    input.destroy();
  }
}

async function* jsonRows(file: string): AsyncGenerator<NumberedRow> {
  const input = createReadStream(file);
  // readline doesn't pass on errors of its input.
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  failed.catch(() => undefined);
  await Promise.race([new Promise((resolve) => input.once('open', resolve)), failed]);
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() !== '') yield { line, row: parseObject(text, line) };
    }
  } finally {
    input.destroy();
  }
}

function parseObject(text: string, line: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw Object.assign(new Error('it is not JSON'), { lines: line });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw Object.assign(new Error('it is not a JSON object'), { lines: line });
}
