import { comparison, isObject, isOperator } from './filter-operators.ts';

/**
 * Compiles an event pattern of Amazon EventBridge. Fields are ANDed, the elements of a list are ORed, and `$or` ORs
 * patterns. An array in the event matches if one of its elements matches. For a pattern of several fields, one object
 * must match all of them (AWS: "Creating Amazon EventBridge event patterns"; "JSON Array Matching" and "Or
 * relationship" of aws/event-ruler, which EventBridge uses).
 *
 * @returns a function that tests an event (parsed JSON)
 * @throws Error that names the pattern's field and what is wrong
 * @example eventPattern({ speed: [{ numeric: ['>', 80] }] })({ speed: 90 }) // true
 */
export function eventPattern(pattern: unknown): (event: unknown) => boolean {
  const condition = objectCondition(pattern, []);
  return (event) => condition(isObject(event) ? event : {}, new PresentFields(event));
}

/** The alternatives of an `$or`. Undefined for a plain field with this name (aws/event-ruler: "The $or Primitive"). */
export function alternativesOf(name: string, part: unknown): Record<string, unknown>[] | undefined {
  if (name !== '$or' || !Array.isArray(part) || part.length < 2) return undefined;
  const alternatives: unknown[] = part;
  const patterns = alternatives.filter(isObject).filter((pattern) => !Object.keys(pattern).some(isOperator));
  return patterns.length === part.length ? patterns : undefined;
}

type Condition = (node: Record<string, unknown>, event: PresentFields) => boolean;

function objectCondition(pattern: unknown, path: readonly string[]): Condition {
  if (!isObject(pattern) || Object.keys(pattern).length === 0)
    throw new Error(`${path.join('.') || 'the pattern'} must be an object with at least one field`);
  const conditions = Object.entries(pattern).map(([name, part]): Condition => {
    const alternatives = alternativesOf(name, part)?.map((alternative) => objectCondition(alternative, path));
    if (alternatives) return (node, event) => alternatives.some((condition) => condition(node, event));
    return Array.isArray(part) ? listCondition(part, [...path, name]) : fieldCondition(name, part, [...path, name]);
  });
  return (node, event) => conditions.every((condition) => condition(node, event));
}

function fieldCondition(name: string, pattern: unknown, path: readonly string[]): Condition {
  if (!isObject(pattern)) throw new Error(`${path.join('.')} must be a list or an object, not ${typeof pattern}`);
  const condition = objectCondition(pattern, path);
  return (node, event) => {
    const objects = elements(own(node, name)).filter(isObject);
    // Without an object, only `exists: false` can match its fields.
    return (objects.length > 0 ? objects : [{}]).some((object) => condition(object, event));
  };
}

function listCondition(rules: readonly unknown[], path: readonly string[]): Condition {
  const where = path.join('.');
  if (rules.length === 0) throw new Error(`${where} is an empty list`);
  const comparisons = rules.map((rule) => {
    try {
      return comparison(rule);
    } catch (error) {
      throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
  const absent = rules.some((rule) => isObject(rule) && rule['exists'] === false);
  const name = path.at(-1) ?? '';
  return (node, event) =>
    elements(own(node, name)).some((value) => !isObject(value) && comparisons.some((matches) => matches(value))) ||
    (absent && !event.has(path));
}

/** Answers `exists: false`, which tests the whole event and not a single array element. */
class PresentFields {
  readonly #event: unknown;
  readonly #known = new Map<readonly string[], boolean>();

  constructor(event: unknown) {
    this.#event = event;
  }

  /** Whether there is a value at a path. An object is not a value. */
  has(path: readonly string[]): boolean {
    let present = this.#known.get(path);
    if (present === undefined) {
      const found = path.reduce((nodes, name) => nodes.flatMap((node) => elements(own(node, name))), [this.#event]);
      present = found.some((value) => !isObject(value));
      this.#known.set(path, present);
    }
    return present;
  }
}

function own(node: unknown, name: string): unknown {
  return isObject(node) && Object.hasOwn(node, name) ? node[name] : undefined;
}

/** The elements of nested arrays. Without recursion, because a producer decides how deep they are. */
function elements(value: unknown): unknown[] {
  if (value === undefined) return [];
  const found: unknown[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (!Array.isArray(next)) found.push(next);
    else for (const element of next as unknown[]) open.push(element);
  }
  return found;
}
