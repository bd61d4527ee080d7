import type { AttributeValue, BatchStatementRequest } from '@aws-sdk/client-dynamodb';
import type { Item } from '#lib/stores/attributes.ts';

/** A statement of lib/stores/partiql.ts, read back. */
export interface ReadStatement {
  readonly verb: 'INSERT' | 'UPDATE';
  readonly table: string;
  /** what is set; for an update, without the key */
  readonly item: Item;
  readonly key: Item;
  readonly removed: readonly string[];
  readonly holds: (stored: Item) => boolean;
}

/** @throws Error for a statement of another form */
export function readStatement({ Statement = '', Parameters = [] }: BatchStatementRequest): ReadStatement {
  const parameters = Parameters.values();
  const next = () => parameters.next().value as AttributeValue;
  const insert = /^INSERT INTO "(\w+)" VALUE \{(.*)\}$/.exec(Statement);
  if (insert) {
    const names = [...(insert[2] as string).matchAll(/'(\w+)':\?/g)].map(([, name]) => name as string);
    const item = Object.fromEntries(names.map((name) => [name, next()]));
    return { verb: 'INSERT', table: insert[1] as string, item, key: item, removed: [], holds: () => true };
  }
  const update = /^UPDATE "(\w+)" (.*) WHERE ((?:"\w+"=\?(?: AND )?)+)(?: AND )?\((.*)\)$/.exec(Statement);
  if (!update) throw new Error(`the simulated DynamoDB can't read: ${Statement}`);
  const [, table, changes, place, condition] = update as unknown as [string, string, string, string, string];
  const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name as string);
  const item = Object.fromEntries(named(changes, /SET "(\w+)"=\?/g).map((name) => [name, next()]));
  const key = Object.fromEntries(named(place, /"(\w+)"=\?/g).map((name) => [name, next()]));
  const removed = named(changes, /REMOVE "(\w+)"/g);
  return { verb: 'UPDATE', table, item, key, removed, holds: conditionOf(condition, [...parameters]) };
}

/** The conditions of the sink: comparisons and IS MISSING, with AND, OR and brackets. */
function conditionOf(text: string, parameters: readonly AttributeValue[]): (stored: Item) => boolean {
  const tokens = text.match(/"\w+"|IS MISSING|AND|OR|<>|[<=()?]/g) ?? [];
  return (stored) => {
    const values = parameters.values();
    let at = 0;
    const either = (): boolean => joined('OR', () => joined('AND', single));
    const joined = (word: string, part: () => boolean): boolean => {
      const parts = [part()];
      while (tokens[at] === word) {
        at += 1;
        parts.push(part());
      }
      return word === 'OR' ? parts.some(Boolean) : parts.every(Boolean);
    };
    const single = (): boolean => {
      const token = tokens[at++] as string;
      if (token === '(') {
        const inner = either();
        at += 1;
        return inner;
      }
      const value = stored[token.slice(1, -1)];
      const operator = tokens[at++] as string;
      if (operator === 'IS MISSING') return value === undefined;
      at += 1;
      return compares(operator, value, values.next().value as AttributeValue);
    };
    return either();
  };
}

/** A comparison with a missing attribute doesn't hold. */
function compares(operator: string, one: AttributeValue | undefined, other: AttributeValue): boolean {
  if (one === undefined) return false;
  const [a, b] = one.N === undefined ? [one.S ?? '', other.S ?? ''] : [Number(one.N), Number(other.N)];
  return operator === '=' ? a === b : operator === '<>' ? a !== b : a < b;
}
