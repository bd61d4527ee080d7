import { createReadStream } from 'node:fs';
import { linesOf } from '../text/lines.ts';

/** A line of the functions' log, as the search holds it: ECS's names, flat. */
export interface LogEntry {
  /** where its line begins in the file, in bytes */
  offset: number;
  '@timestamp': string;
  'log.level'?: string;
  'service.name'?: string;
  'trace.id'?: string;
  message: string;
  [field: string]: unknown;
}

/** Where a reading of the file ended. */
export interface Position {
  offset: number;
  /** of the last line that had a time: a line without one gets it */
  time: string;
}

/** The names of Powertools that repeat an ECS field. In a search, `service` can't be a text beside `service.name`. */
const REPEATED = ['level', 'timestamp', 'service', 'code', 'reason', 'function_request_id'] as const;

/** The dataset of lines that aren't a function's log line: those of the local run, and what a crash prints. */
const OUTPUT = 'msk-pipeline.output';

/**
 * Reads the lines of the functions' log after a position. Metrics (lines in CloudWatch's embedded metric format) are
 * left out. A last line that isn't complete yet is read the next time.
 * @yields parts of the file, with the position after each
 */
export async function* entriesAfter(
  file: string,
  { offset, time }: Position,
): AsyncGenerator<{ entries: LogEntry[]; position: Position }> {
  const position = { offset, time };
  let previous: Buffer[] | undefined;
  for await (const lines of linesOf(createReadStream(file, { start: offset }))) {
    if (previous !== undefined) yield read(previous, position);
    previous = lines;
  }
  // The last part is one line without a line feed, or lines that all have one.
  if (previous !== undefined && (await endsWithLineFeed(file, position.offset, previous)))
    yield read(previous, position);
}

async function endsWithLineFeed(file: string, offset: number, lines: readonly Buffer[]): Promise<boolean> {
  const end = offset + lines.reduce((bytes, line) => bytes + line.length + 1, 0);
  for await (const chunk of createReadStream(file, { start: end - 1, end: end - 1 })) return String(chunk) === '\n';
  return false;
}

function read(lines: readonly Buffer[], position: Position) {
  const entries: LogEntry[] = [];
  for (const line of lines) {
    const entry = entryOf(line.toString('utf8'), position);
    if (entry !== undefined) entries.push(entry);
    position.offset += line.length + 1;
  }
  return { entries, position: { ...position } };
}

function entryOf(line: string, position: Position): LogEntry | undefined {
  const { offset } = position;
  const fields = fieldsOf(line);
  if (fields === undefined) {
    return line.trim() === ''
      ? undefined
      : { offset, '@timestamp': position.time, 'event.dataset': OUTPUT, message: line };
  }
  const at = fields['@timestamp'] ?? metricsTime(fields['_aws']);
  if (typeof at === 'string') position.time = at;
  if ('_aws' in fields) return undefined;
  for (const name of REPEATED) delete fields[name];
  const message = typeof fields['message'] === 'string' ? fields['message'] : '';
  return { ...fields, offset, '@timestamp': position.time, message };
}

function metricsTime(metadata: unknown): string | undefined {
  const { Timestamp } = (metadata ?? {}) as { Timestamp?: unknown };
  return typeof Timestamp === 'number' ? new Date(Timestamp).toISOString() : undefined;
}

function fieldsOf(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
