import * as z from 'zod';
import type { Deadline } from '../deadline.ts';
import { unavailable, wrong } from './errors.ts';
import type { SchemaRegistry } from './registry.ts';

const TIMEOUT_MS = 3_000;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

/**
 * "Schema not found" of the Schema Registry API. A 404 without this code means a wrong URL, which is no record's fault.
 */
const SCHEMA_NOT_FOUND = 40403;

const registered = z.object({
  schema: z.string(),
  schemaType: z.string().default('AVRO'),
  references: z.array(z.unknown()).nullish(),
});
const refusal = z.object({ error_code: z.number() });

/**
 * A registry with Confluent's API (Confluent's own, or Apicurio's under /apis/ccompat/v7). Its ids are decimal numbers.
 * @param url of the API's root
 * @throws Error if it isn't a URL, or if it holds credentials: these would not be sent, and logs and consoles show the
 * URL
 */
export function confluentRegistry(url: string): SchemaRegistry {
  const { protocol, username, password } = URL.canParse(url) ? new URL(url) : ({} as Partial<URL>);
  if (!/^https?:$/.test(protocol ?? '') || username || password) {
    throw new Error('configuration: SCHEMA_REGISTRY_URL must be an http(s) URL without credentials');
  }
  const root = url.replace(/(?<!\/)\/+$/, '');
  return {
    async schema(id, deadline) {
      // Ids start at 1, but a record's four bytes may hold any number.
      if (Number(id) < 1) throw wrong.unknown(id, 'registries give only ids from 1');
      const { status, body } = await get(`${root}/schemas/ids/${encodeURIComponent(id)}`, deadline);
      if (status === 404 && refusal.safeParse(body).data?.error_code === SCHEMA_NOT_FOUND) {
        throw wrong.unknown(id, 'the registry has no such id');
      }
      const found = registered.safeParse(body);
      if (status !== 200 || !found.success) throw unavailable(`answered ${status} for schema ${id}`);
      if (found.data.schemaType !== 'AVRO') throw wrong.incompatible('is not Avro');
      if (found.data.references?.length) throw wrong.incompatible('refers to other schemas, which is not supported');
      return found.data.schema;
    },
  };
}

async function get(url: string, deadline: Deadline): Promise<{ status: number; body: unknown }> {
  const ms = Math.max(1, Math.ceil(Math.min(TIMEOUT_MS, deadline.remaining())));
  try {
    const response = await fetch(url, {
      headers: { accept: MEDIA_TYPE },
      redirect: 'error',
      signal: AbortSignal.timeout(ms),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch (error) {
    throw unavailable('did not answer', error);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
