import type { MskEvent } from '#lib/kafka/event.ts';

/** What no function can do without: base64, JSON.parse, JSON.stringify and the bytes of a new value. */
export async function handler(event: MskEvent): Promise<Buffer[]> {
  const values: Buffer[] = [];
  for (const records of Object.values(event.records)) {
    for (const { value } of records) {
      const parsed: unknown = JSON.parse(Buffer.from(value ?? '', 'base64').toString('utf8'));
      values.push(Buffer.from(JSON.stringify(parsed)));
    }
  }
  return values;
}
