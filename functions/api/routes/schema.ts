import type { Schema } from '../http/parameters.ts';

const nullable = (type: string): Schema => ({ type: [type, 'null'] });

/** Schemas of an answer's fields. */
export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const count: Schema = { type: 'integer', minimum: 0 };
export const time: Schema = { type: 'string', format: 'date-time' };
export const maybeNumber = nullable('number');
export const maybeCount = nullable('integer');
export const maybeTime = nullable('string');

/** An object with all of these fields, and perhaps the optional ones. */
export function object(fields: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}) {
  return {
    type: 'object',
    properties: { ...fields, ...optional },
    required: Object.keys(fields),
    additionalProperties: false,
  } as const satisfies Schema;
}

export const list = (items: Schema): Schema => ({ type: 'array', items });

/** A page of a list. Without `next` it is the last one. */
export const page = (item: Schema): Schema => object({ items: list(item) }, { next: text });
