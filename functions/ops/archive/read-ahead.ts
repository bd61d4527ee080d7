/**
 * Does the work for every item, several at once, and yields the results in the items' order. At most `atOnce` results
 * are in memory. If work throws, the generator throws when its turn comes.
 */
export async function* readAhead<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  const begin = (item: T) => {
    const result = work(item);
    // Awaited in its turn; until then its failure must not count as unhandled.
    result.catch(() => undefined);
    running.push(result);
  };
  for (const item of items.slice(0, atOnce)) begin(item);
  for (let next = atOnce; running.length > 0; next += 1) {
    const result = await (running.shift() as Promise<R>);
    const item = items[next];
    if (next < items.length) begin(item as T);
    yield result;
  }
}
