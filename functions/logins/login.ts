import { decodeJsonObject, isMissing } from '#lib/decode.ts';
import { PermanentError } from '#lib/errors.ts';
import { checkEventTime } from '#lib/event-time.ts';
import type { avroRecord } from '#lib/schema-registry/avro.ts';
import type { DecoderOf } from '#lib/schema-registry/decoders.ts';
import { type Encoding, LOGIN_LIMIT_BYTES } from './encoding.ts';
import { brokenRules, DEVICE_PREFIX, epochMs, fieldValue, keepsRules, type Login } from './rules.ts';

/** A login that has passed every rule. */
export interface ValidLogin {
  readonly login: Login;
  /** the user that the login counts for: the key of the processed record */
  readonly user: string;
  /** event time in ms since the epoch */
  readonly at: number;
}

/**
 * Decodes a record's login, fills in missing fields and checks every rule.
 * @param kafkaTimestamp the record's, in ms
 * @throws PermanentError with the code of the first rule that the login breaks, TransientError where its schema can't
 *   be read
 */
export type ReadLogin = (encoding: Encoding, decoderOf: DecoderOf, kafkaTimestamp: number) => ValidLogin;

/** @param schema resources/avro/user_login.avsc, with all fields and their defaults */
export function loginReader(schema: ReturnType<typeof avroRecord>): ReadLogin {
  const defaults = schema.fields.map((field) => [field.name as keyof Login, field.defaultValue() as unknown] as const);

  const filled = (sent: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      defaults.map(([name, fallback]) => {
        const value = fieldValue(name, sent[name]);
        return [name, isMissing(value) ? fallback : value];
      }),
    );

  return (encoding, decoderOf, kafkaTimestamp) => {
    const login = valid(decode(encoding, decoderOf), filled);
    const user = userOf(login);
    const at = epochMs(login.timestamp);
    checkEventTime(at, kafkaTimestamp);
    return { login, user, at };
  };
}

function decode(encoding: Encoding, decoderOf: DecoderOf): Record<string, unknown> {
  if (encoding.format === 'json') return decodeJsonObject(encoding.text, LOGIN_LIMIT_BYTES);
  return decoderOf(encoding.schema)(encoding.payload()) as Record<string, unknown>;
}

/** A login that passes the rules as it was sent needs no defaults: most logins are checked only once. */
function valid(
  sent: Record<string, unknown>,
  filled: (sent: Record<string, unknown>) => Record<string, unknown>,
): Login {
  if (keepsRules(sent)) return sent;
  const whole = filled(sent);
  if (keepsRules(whole)) return whole;
  throw new PermanentError('SCHEMA', brokenRules(whole).join('; '));
}

/** A login without a user counts for its device. Without a device too, it is invalid. */
function userOf({ user_id, device_id }: Login): string {
  if (user_id !== null) return user_id;
  if (device_id !== null) return `${DEVICE_PREFIX}${device_id}`;
  throw new PermanentError('NO_IDENTITY', 'user_id and device_id: both are missing, and one is required');
}
