import type { Type, types } from 'avsc';
import { wrong } from './errors.ts';
import type { Payload } from './framing.ts';

/**
 * Checks that the payload is exactly one value of the writer's type.
 * @throws PermanentError TRUNCATED_AVRO, TRAILING_BYTES, NOT_AVRO
 */
export type WellFormed = (payload: Payload) => void;

/** The properties in which avsc's types hold other types. */
export interface Nesting {
  readonly fields: types.RecordType['fields'];
  readonly types: readonly Type[];
  readonly itemsType: Type;
  readonly valuesType: Type;
}

/** Checks one value and moves the cursor to its end. */
type Step = (cursor: Cursor) => void;

/** A payload may have this many values more than it has bytes, since a null takes no byte. */
const FREE_VALUES = 1_000;
/** The deepest nesting that is allowed, deeper than any real event. A recursive schema sets no limit. */
const DEPTH = 32;
/** A long takes 10 bytes at most (Avro specification, "Binary Encoding"). */
const LONG_BYTES = 10;

/**
 * Checks the bytes of a payload without making a value. Each step uses up a byte of the payload or counts as one, so
 * the payload's length limits time and memory.
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
 * How many values a payload of the type may hold. For arrays, maps and records that contain themselves, any number.
 * avsc trusts the lengths in such payloads: a block with a negative size makes it go back in the buffer for ever, and a
 * huge count of nulls fills the memory. Even a schema without them can have too many values: records that each hold the
 * next one twice, forty deep.
 */
export function valuesOf(type: Type, known = new Map<Type, number>()): number {
  const before = known.get(type);
  if (before !== undefined) return before;
  // The count for a type that contains itself.
  known.set(type, Number.POSITIVE_INFINITY);
  const { fields = [], types: branches = [], itemsType, valuesType } = type as Partial<Nesting>;
  const repeats = itemsType !== undefined || valuesType !== undefined;
  const inFields = fields.reduce((sum, field) => sum + valuesOf(field.type, known), 0);
  const inBranches = Math.max(0, ...branches.map((branch) => valuesOf(branch, known)));
  const values = repeats ? Number.POSITIVE_INFINITY : 1 + inFields + inBranches;
  known.set(type, values);
  return values;
}

/** Whether the payload may hold a number with more bytes than Avro allows, which avsc would read. */
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
  /** How many more items and records may come. */
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

  /** The length of the bytes that follow. */
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
  if (maker === undefined) throw wrong.incompatible(`has the unsupported type ${type.typeName}`);
  return known.get(type) ?? maker(type, known);
}

function record(type: Type, known: Map<Type, Step>): Step {
  let steps: Step[] = [];
  const step: Step = (cursor) => {
    cursor.spend(1);
    cursor.depth += 1;
    if (cursor.depth > DEPTH) throw wrong.avro(`more than ${DEPTH} levels of nesting`);
    for (const field of steps) field(cursor);
    cursor.depth -= 1;
  };
  // Stored before the fields' steps are made, since a field may have the type of the record itself.
  known.set(type, step);
  steps = (type as types.RecordType).fields.map((field) => stepOf(field.type, known));
  return step;
}

function union(type: Type, known: Map<Type, Step>): Step {
  const branches = (type as types.UnwrappedUnionType).types.map((branch) => stepOf(branch, known));
  return (cursor) => {
    const branch = branches[cursor.long()];
    if (branch === undefined) throw wrong.avro('the union has no such branch');
    branch(cursor);
  };
}

function index(count: number): Step {
  return (cursor) => {
    const value = cursor.long();
    if (value < 0 || value >= count) throw wrong.avro('the enum has no such symbol');
  };
}

/**
 * The blocks of an array or a map. A block starts with its count of items; if that is negative, the block's size in
 * bytes follows. A count of 0 ends the blocks.
 */
function blocks(item: Step): Step {
  return (cursor) => {
    for (let count = cursor.long(); count !== 0; count = cursor.long()) {
      const end = count < 0 ? cursor.length() + cursor.position : undefined;
      const items = Math.abs(count);
      cursor.spend(items);
      for (let i = 0; i < items; i += 1) item(cursor);
      if (end !== undefined && cursor.position !== end) throw wrong.avro('a block does not have its stated size');
    }
  };
}
