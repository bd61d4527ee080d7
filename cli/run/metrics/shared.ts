/** ms after the end of a call in which its result is given again. */
const FRESH_MS = 1_000;

/**
 * Calls within about a second share one result, and no call begins before the last one has ended. So a scrape that its
 * Prometheus has given up isn't done twice.
 */
export function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let latest: Promise<T> | undefined;
  const forget = () => {
    latest = undefined;
  };
  return () => {
    if (latest !== undefined) return latest;
    latest = work().finally(() => setTimeout(forget, FRESH_MS).unref());
    return latest;
  };
}
