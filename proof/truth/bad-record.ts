import type { LogRecord } from '../world.ts';

/** A bad record, and the code that its dead letter must carry. */
export interface BadRecord {
  record: LogRecord;
  code: string;
}
