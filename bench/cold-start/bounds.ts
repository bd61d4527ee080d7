/** The largest bundle in KB (1,000 bytes), without its source map. */
const LARGEST = { withClient: 700, withoutClient: 350 };

/** Milliseconds that loading a bundle may take longer than loading a handler without any code. */
export const LONGEST_IMPORT_MS = 120;

/** @param sources the files in a bundle. Clients of the AWS SDK make a bundle large */
export function largestBundle(sources: readonly string[]): number {
  return sources.some((file) => file.includes('@aws-sdk/client-')) ? LARGEST.withClient : LARGEST.withoutClient;
}
