export interface Sized {
  /** in the request */
  readonly bytes: number;
}

/** Splits rows, in their order, into chunks of at most `limit` bytes. A larger row is a chunk by itself. */
export function chunksOf<T extends Sized>(rows: readonly T[], limit: number): T[][] {
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
