import { BlockList, isIP } from 'node:net';

/** Whether a value of an event (a string, number, boolean or null) matches. */
export type Comparison = (value: unknown) => boolean;

/**
 * Compiles one element of a pattern's list: a value that must be equal, or an object with one of the operators below
 * (AWS: "Comparison operators for use in event patterns in Amazon EventBridge"). Checks follow aws/event-ruler, which
 * EventBridge uses. Numbers are compared by value, as in event-ruler. Lambda says that it supports EventBridge's rules,
 * but its own list ("Filter rule syntax") omits `wildcard`, `cidr` and `anything-but` with an operator.
 *
 * @throws Error that says what is wrong
 * @example comparison({ prefix: 'us-' })('us-east-1') // true
 */
export function comparison(rule: unknown): Comparison {
  if (!isObject(rule)) {
    if (Array.isArray(rule)) throw new Error('a list in a list is not a pattern');
    return (value) => value === rule;
  }
  const [[name, operand] = ['', undefined], ...others] = Object.entries(rule);
  if (others.length > 0) throw new Error(`one operator per object, not ${Object.keys(rule).join(', ')}`);
  return operatorOf(operators, name)(operand);
}

/** Whether the name is an operator. An object with an operator is not an alternative of an `$or`. */
export function isOperator(name: string): boolean {
  return Object.hasOwn(operators, name);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

type Operator = (operand: unknown) => Comparison;
/** Makes a test for strings from a string. */
type TextOperator = (wanted: string) => (text: string) => boolean;

const equalsIgnoreCase: TextOperator = (wanted) => (text) => text.toLowerCase() === wanted.toLowerCase();
const startsWith: TextOperator = (wanted) => (text) => text.startsWith(wanted);
const endsWith: TextOperator = (wanted) => (text) => text.endsWith(wanted);

const operators: Record<string, Operator> = {
  prefix: (operand) => affix('prefix', startsWith, operand),
  suffix: (operand) => affix('suffix', endsWith, operand),
  'equals-ignore-case': (operand) => ofText(equalsIgnoreCase(textOf('equals-ignore-case', operand))),
  wildcard: (operand) => ofText(wildcard(textOf('wildcard', operand))),
  'anything-but': anythingBut,
  numeric,
  cidr,
  exists,
};

function affix(name: string, operator: TextOperator, operand: unknown): Comparison {
  if (!isObject(operand)) return ofText(operator(textOf(name, operand)));
  const names = Object.keys(operand);
  if (names.join() !== 'equals-ignore-case') throw new Error(`${name} takes a string or { equals-ignore-case }`);
  const matches = operator(textOf(name, operand['equals-ignore-case']).toLowerCase());
  return ofText((text) => matches(text.toLowerCase()));
}

/** `*` matches any characters. `\*` and `\\` match an asterisk and a backslash. */
function wildcard(pattern: string): (text: string) => boolean {
  if (/^(?:\\.|[^\\])*\*\*/s.test(pattern)) throw new Error(`wildcard ${JSON.stringify(pattern)} has two * in a row`);
  const tokens = pattern.match(/\\[*\\]|\*|[^*\\]+/g) ?? [];
  if (tokens.join('') !== pattern)
    throw new Error(`wildcard ${JSON.stringify(pattern)}: a backslash escapes * or a backslash only`);
  const parts = [''];
  for (const token of tokens) {
    if (token === '*') parts.push('');
    else parts.push(parts.pop() + token.replace(/^\\/, ''));
  }
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let position = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, position);
      if (found < 0) return false;
      position = found + part.length;
    }
    return text.length - last.length >= position && text.endsWith(last);
  };
}

const butOperators: Record<string, TextOperator> = {
  prefix: startsWith,
  suffix: endsWith,
  'equals-ignore-case': equalsIgnoreCase,
  wildcard,
};

/** Tests present values of any type. An absent field never matches. */
function anythingBut(operand: unknown): Comparison {
  if (isObject(operand)) {
    const [[name, wanted] = ['', undefined], ...others] = Object.entries(operand);
    if (others.length > 0) throw new Error('anything-but takes one operator');
    const operator = operatorOf(butOperators, name);
    const excluded = [wanted].flat().map((text) => operator(textOf(name, text)));
    if (excluded.length === 0 || [wanted].flat().includes('')) throw new Error(`anything-but ${name} is empty`);
    return (value) => typeof value !== 'string' || !excluded.some((matches) => matches(value));
  }
  const excluded: unknown[] = [operand].flat();
  const types = new Set(excluded.map((value) => typeof value));
  if (types.size !== 1 || !(types.has('string') || types.has('number')))
    throw new Error('anything-but takes strings or numbers, not both, or one operator');
  return (value) => !excluded.includes(value);
}

/** The largest absolute number in a pattern (aws/event-ruler: "Numeric Matching"). */
const largestNumber = 5_000_000_000;

const bounds: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(operand: unknown): Comparison {
  const [from, low, to, high, ...more] = Array.isArray(operand) ? (operand as unknown[]) : [];
  const single = typeof from === 'string' && Object.hasOwn(bounds, from) && typeof low === 'number';
  const range = to === '<' || to === '<=' ? typeof high === 'number' && (from === '>' || from === '>=') : false;
  if (!single || more.length > 0 || !(range || (to === undefined && high === undefined)))
    throw new Error('numeric takes [operator, number] or [">" or ">=", number, "<" or "<=", number]');
  if (range && low >= (high as number)) throw new Error(`numeric: ${low} is not below ${String(high)}`);
  const outside = [low, ...(range ? [high as number] : [])].find((number) => Math.abs(number) > largestNumber);
  if (outside !== undefined) throw new Error(`numeric: ${outside} is not within ±${largestNumber}`);
  const limits = [[from, low] as const, ...(range ? [[to, high] as [string, number]] : [])];
  return (value) => typeof value === 'number' && limits.every(([name, bound]) => bounds[name]?.(value, bound));
}

function cidr(operand: unknown): Comparison {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(textOf('cidr', operand)) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128))
    throw new Error(`cidr ${JSON.stringify(operand)} is not a block such as 10.0.0.0/24`);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return ofText((text) => isIP(text) === version && block.check(text, family));
}

/** Called for present values only, so `exists: true` always matches. The pattern handles `exists: false`. */
function exists(operand: unknown): Comparison {
  if (typeof operand !== 'boolean') throw new Error('exists takes true or false');
  return () => operand;
}

function operatorOf<T>(table: Record<string, T>, name: string): T {
  const operator = Object.hasOwn(table, name) ? table[name] : undefined;
  if (operator === undefined)
    throw new Error(`operator ${JSON.stringify(name)} is unknown: expected one of ${Object.keys(table).join(', ')}`);
  return operator;
}

function textOf(name: string, operand: unknown): string {
  if (typeof operand !== 'string') throw new Error(`${name} takes a string, not ${JSON.stringify(operand)}`);
  return operand;
}

function ofText(matches: (text: string) => boolean): Comparison {
  return (value) => typeof value === 'string' && matches(value);
}
