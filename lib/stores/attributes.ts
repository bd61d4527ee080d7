import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PermanentError } from '../errors.ts';

export type Item = Record<string, AttributeValue>;

/**
 * A JSON value as a DynamoDB attribute. Numbers stay exact: JavaScript writes a double in at most 17 digits, and
 * DynamoDB holds 38.
 * @throws PermanentError NUMBER_RANGE for a number that DynamoDB doesn't hold
 */
export function attribute(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: numberText(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Buffer.isBuffer(value)) return { B: value };
  if (Array.isArray(value)) return { L: value.map(attribute) };
  if (typeof value === 'object' && value !== null) return { M: item(value) };
  return { NULL: true };
}

/** An object's properties as attributes, without those that are undefined. */
export function item(properties: object): Item {
  const present = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, attribute(value)]));
}

/** "Number" in the DynamoDB Developer Guide's "Supported data types and naming rules". */
const LARGEST = 9.99e125;
const SMALLEST = 1e-130;

function numberText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return '0';
  if (magnitude >= SMALLEST && magnitude <= LARGEST) return String(value).replace('e+', 'e');
  throw new PermanentError('NUMBER_RANGE', 'a number is not within what DynamoDB holds: 1E-130 to 9.99E+125');
}

/** The most bytes that DynamoDB counts for a number. */
const NUMBER_BYTES = 21;

/**
 * An item's size as DynamoDB counts it, or a few bytes more ("DynamoDB item sizes and formats").
 * @returns bytes
 */
export function itemBytes(attributes: Item): number {
  return Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.length;
  if (value.N !== undefined) return NUMBER_BYTES;
  if (value.L !== undefined) return value.L.reduce((sum, element) => sum + 1 + valueBytes(element), 3);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}
