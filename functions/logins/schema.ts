import * as z from 'zod';
import { decodeJsonObject, identifier, validate } from '#lib/decode.ts';
import { isoTime } from '#lib/event-time.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { isAddress } from './address.ts';
import { LOGIN_LIMIT_BYTES } from './encoding.ts';
import { DEVICE_PREFIX } from './rules.ts';

const schema = z.object({
  /** a user's id, or a device's id with its prefix */
  user_id: identifier(DEVICE_PREFIX.length + 128),
  app_version: identifier(64),
  ip: z.string().refine(isAddress, 'not an IPv4 or IPv6 address').nullable(),
  locale: identifier(64),
  device_id: identifier(128).nullable(),
  timestamp: isoTime,
  device_type: identifier(32),
});

/** @throws PermanentError where the record is not a login in processLogin's JSON; anybody may have written it */
export function readProcessedLogin({ value }: Pick<KafkaRecord, 'value'>): z.infer<typeof schema> {
  return validate(schema, decodeJsonObject(value, 2 * LOGIN_LIMIT_BYTES));
}
