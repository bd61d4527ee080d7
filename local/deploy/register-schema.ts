/** A schema and its subject, in a registry with Confluent's API. */
export interface SubjectSchema {
  /** `<topic>-value` */
  readonly subject: string;
  /** Avro, as JSON text */
  readonly schema: string;
}

export interface RegisteredSchema {
  /** The id in the framing of records. */
  readonly id: number;
}

/** The registry refuses a request. `status` 409: the schema isn't compatible with the subject's last version. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
  readonly status: number;

  constructor(subject: string, status: number, answer: string) {
    super(`the schema registry refused the schema of ${subject} (${status}): ${answer.slice(0, 500)}`);
    this.status = status;
  }
}

const HEADERS = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
const TIMEOUT_MS = 10_000;

/**
 * Registers a schema as the next version of its subject, and sets BACKWARD compatibility: readers with the new schema
 * read records that were written with the former one. The same schema again is the same version.
 * @param url the root of the API
 * @throws RegistrationError
 */
export async function registerSchema(url: string, { subject, schema }: SubjectSchema): Promise<RegisteredSchema> {
  const path = `${url}/subjects/${encodeURIComponent(subject)}/versions`;
  const answer = await call(subject, path, 'POST', { schema });
  await call(subject, `${url}/config/${encodeURIComponent(subject)}`, 'PUT', { compatibility: 'BACKWARD' });
  return JSON.parse(answer) as RegisteredSchema;
}

/** @throws RegistrationError where the subject has no schema */
export async function latestSchema(url: string, subject: string): Promise<RegisteredSchema> {
  const path = `${url}/subjects/${encodeURIComponent(subject)}/versions/latest`;
  return JSON.parse(await call(subject, path, 'GET')) as RegisteredSchema;
}

async function call(subject: string, url: string, method: string, body?: object): Promise<string> {
  const response = await fetch(url, {
    method,
    headers: HEADERS,
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await response.text();
  if (!response.ok) throw new RegistrationError(subject, response.status, answer);
  return answer;
}
