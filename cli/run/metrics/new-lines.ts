import { open } from 'node:fs/promises';

/** Bytes that are read at once: the process that serves the metrics also generates the load. */
const CHUNK = 256 * 1024;
const NEW_LINE = 0x0a;

/**
 * Reads what has been appended to a file since the last call, as whole lines. An unfinished line is left for the next
 * call. Do not call it again before it has resolved.
 */
export function newLines(path: string): (take: (line: string) => void) => Promise<void> {
  let position = 0;
  let rest = Buffer.alloc(0);
  return async (take) => {
    const file = await open(path, 'r');
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        const end = bytes.lastIndexOf(NEW_LINE) + 1;
        rest = Buffer.from(bytes.subarray(end));
        for (const line of bytes.toString('utf8', 0, end).split('\n')) take(line);
      }
    } finally {
      await file.close();
    }
  };
}
