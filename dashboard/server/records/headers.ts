import type { KafkaRecord } from '#msk';
import { bytesText } from './bytes-text.ts';

/** Most headers, and characters of a header, that are shown. */
const [MOST, LENGTH] = [50, 1_000];

/** The headers as text; the last one of a name counts. */
export function headersOf({ headers }: Pick<KafkaRecord, 'headers'>): Record<string, string> {
  // The reasons of a dead letter are its last headers.
  const shown = headers.slice(-MOST).map(({ name, value }) => [name, bytesText(value ?? Buffer.alloc(0), LENGTH)]);
  return Object.fromEntries(shown) as Record<string, string>;
}
