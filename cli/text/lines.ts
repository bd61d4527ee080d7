const LINE_FEED = 0x0a;

/**
 * Splits a stream of bytes into lines, and removes the line feeds. Each array holds the lines that one chunk completes.
 * Bytes after the last line feed are a line too.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer[]> {
  let begun = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let rest = Buffer.concat([begun, Buffer.from(chunk)]);
    const lines: Buffer[] = [];
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      lines.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    begun = rest;
    if (lines.length > 0) yield lines;
  }
  if (begun.length > 0) yield [begun];
}
