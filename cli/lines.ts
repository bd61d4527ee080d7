const LINE_FEED = 0x0a;

/**
 * The lines of a stream of bytes, without their line feeds and otherwise unchanged, as they come: each array holds
 * those that one chunk completed. What follows the last line feed is a line too, unless it is empty.
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
