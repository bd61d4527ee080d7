import { join } from 'node:path';

/** What one invocation of a function used; a line of the file that meter.cjs writes. */
export interface Invocation {
  function: string;
  topic: string;
  partitions: number;
  records: number;
  /** of keys and values */
  bytes: number;
  logBytes: number;
  calls: Record<string, Calls>;
  cpuMs: number;
  rssMb: number;
}

/** Calls of an operation, such as `dynamodb.PutItem VehiclesTable`. */
export interface Calls {
  calls: number;
  /** of the requests' bodies */
  bytes: number;
  /** DynamoDB's request units; otherwise the number of calls */
  units: number;
}

/** Variables that make each instance of a function write what its invocations use (meter.cjs). None without a file. */
export function meteredEnvironment(usageFile: string | undefined): Record<string, string> {
  if (usageFile === undefined) return {};
  const meter = join(import.meta.dirname, 'meter.cjs');
  return { NODE_OPTIONS: `--enable-source-maps --require "${meter}"`, USAGE_FILE: usageFile };
}
