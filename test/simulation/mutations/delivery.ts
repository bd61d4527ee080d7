import type { Mutation } from '../system.ts';

const LETTERS = 'lib/kafka/dead-letters.ts';

/** The safeguards of every sink's function: what it does with failures. */
export const DELIVERY: readonly Mutation[] = [
  {
    safeguard: 'a record is dropped only after its dead letter is stored',
    file: LETTERS,
    from: 'return [...undelivered, ...pending.map(({ failure }) => notStored(failure.record, cause))];',
    to: 'return [...undelivered].slice(0, cause ? 0 : 1);',
  },
  {
    safeguard: 'a list of failures that Lambda does not read is an error',
    file: 'lib/kafka/handing-back.ts',
    from: 'if (tailsOf(failures).size === 0) return undefined;',
    to: 'if (failures) return undefined;',
  },
  {
    safeguard: 'every failed record is handed back, from the first one of its partition on',
    file: 'lib/kafka/tail.ts',
    from: 'tails.set(name, Math.min(record.offset, tails.get(name) ?? record.offset));',
    to: 'tails.set(name, Math.max(record.offset, tails.get(name) ?? record.offset));',
  },
];
