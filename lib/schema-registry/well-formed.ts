import type { Type, types } from 'avsc';
import { wrong } from './errors.ts';
import type { Payload } from './framing.ts';

/**
 * Throws unless the payload is exactly one value of the writer's type.
 * @throws PermanentError TRUNCATED_AVRO, TRAILING_BYTES, NOT_AVRO
 */
export type WellFormed = (payload: Payload) => void;

/** Where avsc's types hold others. */
export interface Nesting {
  readonly fields: types.RecordType['fields'];
  readonly types: readonly Type[];
  readonly itemsType: Type;
  readonly valuesType: Type;
}

/** Goes over one value from the cursor on. */
type Step = (cursor: Cursor) => void;

/** So many values may take no byte at all. */
const FREE_VALUES = 1_000;
/** Deeper than any event of ours; a recursive schema has no bound of its own. */
const DEPTH = 32;
/** A long takes 10 bytes at most (Avro specification, "Binary Encoding"). */
const LONG_BYTES = 10;

/**
 * Goes over the bytes of a payload without making a value. Each step costs a byte of the payload, or counts as one:
 * time and memory are bounded by its length.
 */
export function wellFormed(type: Type): WellFormed {
  const step = stepOf(type, new Map());
  return (payload) => {
    const cursor = new Cursor(payload);
    step(cursor);
    const rest = payload.bytes.length - cursor.position;
    if (rest > 0) throw wrong.trailing(rest);
  };
}

/**
 * How many values a payload of the type may hold: of arrays, maps and records that hold themselves, any number. There
 * avsc trusts what it reads: a block of a negative size sends it back in the buffer for ever, a huge count of nulls
 * fills the memory. A schema alone does it too: records that hold two of the next, forty deep.
 */
export function valuesOf(type: Type, known = new Map<Type, number>()): number {
  const before = known.get(type);
  if (before !== undefined) return before;
  // What is met again inside of itself.
  known.set(type, Number.POSITIVE_INFINITY);
  const { fields = [], types: branches = [], itemsType, valuesType } = type as Partial<Nesting>;
  const repeats = itemsType !== undefined || valuesType !== undefined;
  const inFields = fields.reduce((sum, field) => sum + valuesOf(field.type, known), 0);
  const inBranches = Math.max(0, ...branches.map((branch) => valuesOf(branch, known)));
  const values = repeats ? Number.POSITIVE_INFINITY : 1 + inFields + inBranches;
  known.set(type, values);
  return values;
}

/** Whether a number in it may have more bytes than one can: avsc reads such a number all the same. */
export function mayHoldTooLong({ bytes, start }: Payload): boolean {
  let run = 0;
  for (let position = start; position < bytes.length; position += 1) {
    run = (bytes[position] as number) < 0x80 ? 0 : run + 1;
    if (run === LONG_BYTES) return true;
  }
  return false;
}

class Cursor {
  readonly bytes: Buffer;
  position: number;
  depth = 0;
  /** How many items and records may still come. */
  values: number;

  constructor({ bytes, start }: Payload) {
    this.bytes = bytes;
    this.position = start;
    this.values = FREE_VALUES + bytes.length - start;
  }

  spend(values: number): void {
    this.values -= values;
    if (this.values < 0) throw wrong.avro('more values than the payload has bytes');
  }

  skip(count: number): void {
    this.position += count;
    if (this.position > this.bytes.length) throw wrong.truncated();
  }

  long(): number {
    const first = this.bytes[this.position];
    if (first === undefined) throw wrong.truncated();
    this.position += 1;
    if (first < 0x80) return (first >> 1) ^ -(first & 1);
    let sum = first & 0x7f;
    let unit = 0x80;
    for (let length = 1; length < LONG_BYTES; length += 1) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw wrong.truncated();
      this.position += 1;
      sum += (byte & 0x7f) * unit;
      if (byte < 0x80) return sum % 2 === 0 ? sum / 2 : -(sum + 1) / 2;
      unit *= 0x80;
    }
    throw wrong.avro('a number of more than 10 bytes');
  }

  /** The length of what follows. */
  length(): number {
    const length = this.long();
    if (length < 0) throw wrong.avro('a negative length');
    return length;
  }
}

const fixed =
  (bytes: number): Step =>
  (cursor) =>
    cursor.skip(bytes);
const number: Step = (cursor) => void cursor.long();
const bytes: Step = (cursor) => cursor.skip(cursor.length());

type StepMaker = (type: Type, known: Map<Type, Step>) => Step;

const makers: Readonly<Record<string, StepMaker>> = {
  null: () => fixed(0),
  boolean: () => fixed(1),
  int: () => number,
  long: () => number,
  float: () => fixed(4),
  double: () => fixed(8),
  string: () => bytes,
  bytes: () => bytes,
  fixed: (type) => fixed((type as types.FixedType).size),
  enum: (type) => index((type as types.EnumType).symbols.length),
  array: (type, known) => blocks(stepOf((type as types.ArrayType).itemsType, known)),
  map: (type, known) => {
    const value = stepOf((type as types.MapType).valuesType, known);
    return blocks((cursor) => {
      bytes(cursor);
      value(cursor);
    });
  },
  'union:unwrapped': union,
  'union:wrapped': union,
  record,
  error: record,
};

function stepOf(type: Type, known: Map<Type, Step>): Step {
  const maker = makers[type.typeName];
  if (maker === undefined) throw wrong.incompatible(`has a type ${type.typeName}`);
  return known.get(type) ?? maker(type, known);
}

function record(type: Type, known: Map<Type, Step>): Step {
  let steps: Step[] = [];
  const step: Step = (cursor) => {
    cursor.spend(1);
    cursor.depth += 1;
    if (cursor.depth > DEPTH) throw wrong.avro(`nested more than ${DEPTH} deep`);
    for (const field of steps) field(cursor);
    cursor.depth -= 1;
  };
  // Known before its fields are: a schema may name itself.
  known.set(type, step);
  steps = (type as types.RecordType).fields.map((field) => stepOf(field.type, known));
  return step;
}

function union(type: Type, known: Map<Type, Step>): Step {
  const branches = (type as types.UnwrappedUnionType).types.map((branch) => stepOf(branch, known));
  return (cursor) => {
    const branch = branches[cursor.long()];
    if (branch === undefined) throw wrong.avro('a branch that the union has not');
    branch(cursor);
  };
}

function index(count: number): Step {
  return (cursor) => {
    const value = cursor.long();
    if (value < 0 || value >= count) throw wrong.avro('a symbol that the enum has not');
  };
}

/** An array's or a map's blocks: a count each, a negative one followed by the block's size in bytes, 0 at the end. */
function blocks(item: Step): Step {
  return (cursor) => {
    for (let count = cursor.long(); count !== 0; count = cursor.long()) {
      const end = count < 0 ? cursor.length() + cursor.position : undefined;
      const items = Math.abs(count);
      cursor.spend(items);
      for (let i = 0; i < items; i += 1) item(cursor);
      if (end !== undefined && cursor.position !== end) throw wrong.avro('a block that is not of its stated size');
    }
  };
}
