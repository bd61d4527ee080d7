import { goodMark } from '../../load/manifest.ts';
import { createRandom, type Random } from '../../load/random.ts';
import type { GeneratedRecord } from '../../load/record.ts';
import { DEMO } from '../places.ts';

const LINES = ['Hello MSK', 'grüße aus München', 'ಬೆಂಗಳೂರು', '🚚 on the road', 'tab\tand "quotes"', '{"not": "JSON"'];
const KINDS: readonly ((random: Random, number: number) => Buffer | null)[] = [
  (random, number) => Buffer.from(`${LINES[random.below(LINES.length)]} ${number}`),
  (random, number) => Buffer.from(JSON.stringify({ number, reading: random.between(0, 100), tags: ['demo', null] })),
  (random, number) => Buffer.from(JSON.stringify([number, random.chance(0.5)])),
  (_, number) => Buffer.from(JSON.stringify({ number, text: 'ends with \u0000', nested: { deep: { deeper: true } } })),
  () => Buffer.alloc(0),
  (random) => Buffer.from(Array.from({ length: 16 }, () => 0x80 + random.below(0x80))),
  () => null,
];
const KEYS = 5;

/**
 * Makes records of every kind in turn: text, JSON, no bytes, bytes that are no text, tombstones; with and without a
 * key.
 */
export function createDemo(seed: number): () => GeneratedRecord {
  const random = createRandom(seed);
  let number = 0;
  return () => {
    const kind = KINDS[number % KINDS.length] as (typeof KINDS)[number];
    const key = random.chance(0.5) ? `key-${random.below(KEYS)}` : null;
    return { topic: DEMO, key, value: kind(random, number++), mark: goodMark() };
  };
}
