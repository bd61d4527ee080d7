import { join } from 'node:path';

/** Variables that make each instance of a function write what its invocations use (meter.cjs). None without a file. */
export function meteredEnvironment(usageFile: string | undefined): Record<string, string> {
  if (usageFile === undefined) return {};
  const meter = join(import.meta.dirname, 'meter.cjs');
  return { NODE_OPTIONS: `--enable-source-maps --require "${meter}"`, USAGE_FILE: usageFile };
}
