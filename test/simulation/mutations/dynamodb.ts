import type { Mutation } from '../system.ts';
import { DELIVERY } from './delivery.ts';

const SINK = 'functions/sinks/dynamodb/sink.ts';
const WRITES = 'lib/stores/conditional-writes.ts';

/** The safeguards of the sink of DynamoDB. */
export const mutations: readonly Mutation[] = [
  {
    safeguard: 'an item replaces only an older one, by its version',
    file: SINK,
    from: `condition: '"version" IS MISSING OR "version" < ?',`,
    to: `condition: '"version" IS MISSING OR "version" < ? OR "version" <> ""',`,
  },
  {
    safeguard: 'in a partition, a trip replaces only one before it',
    file: SINK,
    from: '("partition" = ? AND "offset" < ?)',
    to: '("partition" = ? AND "offset" <> ?)',
  },
  {
    safeguard: "the order in the log decides which trip is the last one, not the writers' clocks",
    file: SINK,
    from: 'const over = conditions[stays]?.(item);',
    to: "const over = conditions[stays === 'last' ? 'newest' : stays]?.(item);",
  },
  {
    safeguard: 'of a batch, the newest state of an entity is written',
    file: SINK,
    from: 'states: own.toSorted(newestFirst),',
    to: 'states: own,',
  },
  {
    safeguard: 'after a refused state, the next older one is written',
    file: SINK,
    from: '          if (!error.retriable && first + 1 < states.length) open.push({ states, first: first + 1 });\n',
    to: '',
  },
  {
    safeguard: 'after a state that was not written, all records of its entity are handed back',
    file: SINK,
    from: 'const own = error.retriable ? states : states.slice(first, first + 1);',
    to: 'const own = states.slice(first, first + 1);',
  },
  {
    safeguard: 'an item that is inserted between the update and the insert is replaced if it is older',
    file: WRITES,
    from: "insert: ({ replaces }) => (replaces ? 'replace again' : undefined),",
    to: 'insert: () => undefined,',
  },
  {
    safeguard: 'an item that is not there is inserted, not only updated',
    file: WRITES,
    from: "replace: (_, found) => (found ? undefined : 'insert'),",
    to: 'replace: () => undefined,',
  },
  {
    safeguard: 'a newer state removes the attributes that it lacks',
    file: 'lib/stores/partiql.ts',
    from: 'optional.filter((name) => !Object.hasOwn(item, name))',
    to: 'optional.slice(0, 0)',
  },
  {
    safeguard: 'a write that was throttled is tried again, or is a failure',
    file: WRITES,
    from: "if (failed?.status === 'failed') throw failed.error;",
    to: "for (const task of tasks) if (isOpen(task)) task.outcome = { status: 'written' };",
  },
  {
    safeguard: 'the answers of a call are given to their own statements',
    file: 'lib/stores/statements.ts',
    from: 'return some.map((_, index) => outcomeOf(Responses[index]));',
    to: 'return some.map(() => outcomeOf(Responses[0]));',
  },
  ...DELIVERY,
];
