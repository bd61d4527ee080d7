import { mskEvent } from '#msk';
import { PACKAGING_MS, plainTemplate } from './compiled.ts';
import { topics } from './rules/kafka.ts';
import { maxBytes, PAYLOAD_BYTES } from './rules/sizes.ts';

let largest: number;
beforeAll(async () => {
  largest = Math.max(...topics(await plainTemplate('prod')).map(maxBytes));
}, PACKAGING_MS);

const none = Buffer.alloc(0);
/** Records of a given size, without Kafka's own overhead. Each shape grows differently in JSON. */
const shapes: Record<string, (bytes: number) => { headers: { name: string; value: Buffer }[]; value: Buffer }> = {
  'a value': (bytes) => ({ headers: [], value: Buffer.alloc(bytes, 0xff) }),
  "one header's value": (bytes) => ({ headers: [{ name: '', value: Buffer.alloc(bytes, 0x80) }], value: none }),
  "one header's name": (bytes) => ({ headers: [{ name: '\u0001'.repeat(bytes), value: none }], value: none }),
  // Each header has two lengths of one byte.
  'headers without name and value': (bytes) => ({
    headers: new Array(Math.floor(bytes / 2)).fill({ name: '', value: none }),
    value: none,
  }),
  'headers of two bytes': (bytes) => ({
    headers: new Array(Math.floor(bytes / 4)).fill({ name: '\u0001', value: Buffer.alloc(1, 0x80) }),
    value: none,
  }),
};

test.each(Object.entries(shapes))('the largest record fits into an event: %s', (_, shape) => {
  const record = {
    offset: 9e15,
    timestamp: 9e15,
    timestampType: 'LOG_APPEND_TIME' as const,
    key: null,
    ...shape(largest),
  };
  const partition = { topic: 't'.repeat(249), partition: 999, records: [record] };

  const event = mskEvent(`arn:${'x'.repeat(2048)}`, 'b-1.x:9098,'.repeat(200), [partition]);

  expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(PAYLOAD_BYTES);
});
