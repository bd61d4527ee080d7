import { PermanentError, TransientError } from '../errors.ts';

/** The errors of a framed record, with the code of its dead letter. No message holds a byte of the record. */
export const wrong = {
  frame: (bytes: number, header: number) =>
    new PermanentError('TRUNCATED_FRAME', `the value has ${bytes} bytes, but its framing's header has ${header}`),
  compression: (byte: number) =>
    new PermanentError('UNKNOWN_COMPRESSION', `compression byte ${byte}; Glue's framing allows 0 (none) and 5 (zlib)`),
  deflated: () => new PermanentError('CORRUPT_COMPRESSION', 'the payload is not one whole zlib stream'),
  bomb: (limit: number) => new PermanentError('TOO_LARGE_INFLATED', `the payload inflates to more than ${limit} bytes`),
  unknown: (id: string, why: string) => new PermanentError('UNKNOWN_SCHEMA', `schema ${id}: ${why}`),
  incompatible: (why: string, cause?: unknown) =>
    new PermanentError('INCOMPATIBLE_SCHEMA', `the writer's schema ${why}`, { cause }),
  truncated: () => new PermanentError('TRUNCATED_AVRO', 'the payload ends before its value is complete'),
  trailing: (bytes: number) => new PermanentError('TRAILING_BYTES', `${bytes} bytes follow the Avro record`),
  avro: (why: string, cause?: unknown) => new PermanentError('NOT_AVRO', `the payload is not Avro: ${why}`, { cause }),
};

/** The error if the registry is at fault, or our permissions there: no record is. */
export function unavailable(what: string, cause?: unknown): TransientError {
  const why = cause === undefined ? '' : `: ${(cause as Partial<Error>).name ?? typeof cause}`;
  return new TransientError('SCHEMA_REGISTRY', `the schema registry ${what}${why}`, { cause });
}
