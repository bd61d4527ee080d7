import { randomUUID } from 'node:crypto';
import avro from 'avsc';
import type { Message } from 'kafkajs';
import { schemaIds } from '#cli/run/schema-ids.ts';
import type { StackFile } from '#local/stack-file.ts';
import { frameConfluent, frameGlue } from '#proof/logins/load/encoding.ts';

export const DEVICE = `device-${randomUUID()}`;

/** No log may contain these: the address as sent and truncated, the device, and a text in other fields. */
export const SECRETS = { ip: '203.0.113.77', network: '203.0.113.0', device: DEVICE, other: 'payload7f3a91c4' };
const { ip, other } = SECRETS;
const LOGIN = { user_id: 'marked', app_version: '1.0.0', ip, locale: 'NE', device_id: DEVICE, device_type: 'android' };

/** The first ones of the marked logins are good. */
export const GOOD_MARKED = 4;

/** Good and bad logins with the secrets in every encoding. Their schema comes from the running registry. */
export async function markedLogins({ endpoints, references }: StackFile): Promise<Message[]> {
  const { confluent = 0, glue } = await schemaIds(endpoints, references ?? {});
  const answer = await fetch(`${endpoints.schemaRegistry}/subjects/user-login-value/versions/1`);
  const { schema } = (await answer.json()) as { schema: string };
  const login = { ...LOGIN, timestamp: Date.now() };
  const payload = avro.Type.forSchema(JSON.parse(schema)).toBuffer(login);
  const json = (fields: object) => Buffer.from(JSON.stringify({ ...login, ...fields }));
  const values = [
    json({}),
    frameConfluent(confluent, payload),
    frameGlue(glue, payload, true),
    // A wrong locale doesn't make a login bad.
    json({ locale: `${ip} ${DEVICE}` }),
    json({ ip: `${ip}.1` }),
    json({ ip: other, device_id: `${DEVICE}\u0001` }),
    json({ timestamp: other }),
    json({ user_id: null, device_id: DEVICE.repeat(5) }),
    Buffer.concat([json({}), Buffer.from(other)]),
    frameConfluent(4711, payload),
    frameConfluent(confluent, Buffer.concat([payload, Buffer.from(other)])),
    frameGlue(glue, payload.subarray(0, -1)),
    frameGlue(glue, payload).fill(7, 1, 2),
  ];
  return values.map((value) => ({ key: DEVICE, value }));
}
