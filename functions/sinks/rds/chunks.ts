/** The Data API takes 4 MiB a request; that holds the statement, the ARNs and the rows as a JSON string. */
export const CHUNK_BYTES = 3 * 1024 * 1024;

export interface Sized {
  readonly bytes: number;
}

/** Bytes of a JSON text within a request: there it is a string, so that each of its quotes and backslashes is escaped. */
export function bytesInRequest(json: string): number {
  return Buffer.byteLength(JSON.stringify(json));
}

/** Splits rows, in their order, into chunks of at most `limit` bytes; none is over it by itself. */
export function chunksOf<T extends Sized>(rows: readonly T[], limit = CHUNK_BYTES): T[][] {
  const chunks: T[][] = [];
  let room = 0;
  for (const row of rows) {
    if (chunks.length === 0 || row.bytes > room) {
      chunks.push([]);
      room = limit;
    }
    chunks.at(-1)?.push(row);
    room -= row.bytes;
  }
  return chunks;
}
