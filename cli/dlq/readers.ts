import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Readers } from '#functions/ops/redrive/plan.ts';
import { ROOT } from '#local/stack-file.ts';

type Definition = { events?: readonly { msk?: { topic?: string } }[] };

/** Who reads which topic, from the definitions of all functions. */
export function readersOf(root: string = ROOT): Readers {
  const readers = new Map<string, Set<string>>();
  for (const file of globSync('functions/*/*.yml', { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8');
    const functions = parse(text, { merge: true, logLevel: 'silent' }) as Record<string, Definition>;
    for (const [name, { events = [] }] of Object.entries(functions)) {
      for (const { msk } of events) {
        if (msk?.topic !== undefined) readers.set(msk.topic, (readers.get(msk.topic) ?? new Set()).add(name));
      }
    }
  }
  return readers;
}
