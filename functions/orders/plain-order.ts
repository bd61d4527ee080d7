import { isPlainIdentifier } from '#lib/decode.ts';
import { plainMs } from '#lib/event-time.ts';
import { hasCents, ID_LENGTH, LARGEST_AMOUNT, PRODUCT_ID_BYTES } from './limits.ts';

/**
 * An order in the form that nearly all have, valid and with a time in ISO 8601, UTC: the same as by the schema, at a
 * tenth of its cost. The test holds the two equal.
 * @returns undefined where the schema must decide
 */
export function plainOrder(json: Readonly<Record<string, unknown>>) {
  const { order_id, user_id, product_id, amount } = json;
  const timestamp = plainMs(json['timestamp']);
  if (timestamp === undefined || timestamp < 0) return undefined;
  if (typeof amount !== 'number' || !(amount > 0 && amount <= LARGEST_AMOUNT) || !hasCents(amount)) return undefined;
  if (!isPlainIdentifier(order_id, ID_LENGTH) || !isPlainIdentifier(user_id, ID_LENGTH)) return undefined;
  if (!isPlainIdentifier(product_id, PRODUCT_ID_BYTES)) return undefined;
  return { order_id, user_id, product_id, amount, timestamp };
}
