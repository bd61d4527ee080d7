import { isUtf8 } from 'node:buffer';
import { headerOf, type LogRecord, nameOf } from '#proof/world.ts';

/** UTF-8 bytes as text with control characters escaped; other bytes as `base64:…`; null as `-`. */
export function bytesText(bytes: Buffer | null): string {
  if (bytes === null) return '-';
  return isUtf8(bytes) ? escaped(bytes.toString('utf8')) : `base64:${bytes.toString('base64')}`;
}

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes control characters: a record must not send commands to the terminal. */
export function escaped(text: string): string {
  return text.replace(/\p{Cc}/gu, (one) => SHORT[one] ?? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * A record on one line: place, time, key and value. Then, from its headers: its source, or why it is a dead letter. Of
 * other headers only the names.
 */
export function recordText(record: LogRecord): string {
  const parts = [
    nameOf(record),
    new Date(record.timestamp).toISOString(),
    bytesText(record.key),
    bytesText(record.value),
  ];
  return [...parts, ...headersText(record).map(escaped)].join('  ');
}

const ERRORS = '__lambda.errors.';

function headersText(record: LogRecord): string[] {
  const source = headerOf(record, 'source');
  const error = (name: string) => headerOf(record, ERRORS + name);
  const others = [...record.headers.keys()].filter((name) => name !== 'source' && !name.startsWith(ERRORS));
  return [
    ...(source === undefined ? [] : [`source=${source}`]),
    ...(error('exception') === undefined
      ? []
      : [
          `dead=${error('exception')} (${error('message')}; ${error('function')} on ` +
            `${error('topic')}-${error('partition')}-${error('offset')})`,
        ]),
    ...(error('truncated') === undefined ? [] : [`truncated=${error('truncated')}`]),
    ...(others.length === 0 ? [] : [`headers=${others.join(',')}`]),
  ];
}
