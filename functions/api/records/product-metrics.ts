import type { Deadline } from '#lib/deadline.ts';
import type { Values } from '../http/route.ts';
import type { listProductMetrics } from '../routes/records.ts';
import { type Page, pageOf } from './page.ts';
import { orderedRange } from './range.ts';
import { all, given, iso, type OpenDatabase, textValue, wholeValue } from './rows.ts';

/** Windows by product, the newest first, in the order of the table's key. */
export function readProductMetrics(open: OpenDatabase) {
  return (values: Values<typeof listProductMetrics.parameters>, deadline: Deadline): Promise<Page> => {
    const { product, limit, cursor } = values;
    const { from, to } = orderedRange(values);
    const where = all(
      given(from, (ms) => ({ sql: 'window_start >= :from', values: [wholeValue('from', Math.ceil(ms / 1000))] })),
      given(to, (ms) => ({ sql: 'window_start < :to', values: [wholeValue('to', Math.ceil(ms / 1000))] })),
      given(product, (text) => ({ sql: 'product_id = :product', values: [textValue('product', text)] })),
      given(cursor, ([start, id]) => ({
        sql: '(window_start, product_id) < (:afterStart, :afterProduct)',
        values: [wholeValue('afterStart', start), textValue('afterProduct', id)],
      })),
    );
    const sql = `
      SELECT ${iso('to_timestamp(window_start)')} AS "windowStart", ${iso('to_timestamp(window_end)')} AS "windowEnd",
        product_id AS "productId", order_count AS "orderCount", total_revenue AS "totalRevenue",
        avg_order_value AS "avgOrderValue", json_build_array(window_start, product_id) AS key
      FROM product_metrics WHERE ${where.sql} ORDER BY window_start DESC, product_id DESC`;
    return pageOf(open(deadline), { sql, values: where.values }, limit);
  };
}
