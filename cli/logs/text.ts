import { escaped } from '../text/record-text.ts';
import type { LogEntry } from './entries.ts';

/** Fields that are the same in every line of a function, or that the line shows already. */
const HIDDEN = new Set([
  'offset',
  '@timestamp',
  'log.level',
  'service.name',
  'message',
  'ecs.version',
  'event.dataset',
  'faas.execution',
  'error.stack_trace',
  'cold_start',
  'function_name',
  'function_memory_size',
  'function_arn',
  'xray_trace_id',
]);

/** A line of the log for people: time, level, function, message, and the fields that differ from line to line. */
export function entryText(entry: LogEntry): string {
  const { '@timestamp': time, 'log.level': level = '-', 'service.name': service = '-', message } = entry;
  const fields = Object.entries(entry).flatMap(([name, value]) =>
    HIDDEN.has(name) ? [] : `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = typeof entry['error.stack_trace'] === 'string' ? entry['error.stack_trace'].split('\n') : [];
  const line = [time, level.toUpperCase().padEnd(8), service, message, ...fields].map(escaped).join('  ');
  return [line, ...stack.map(escaped)].join('\n');
}
