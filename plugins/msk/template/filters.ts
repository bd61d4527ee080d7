import { isUtf8 } from 'node:buffer';
import { alternativesOf, eventPattern } from './filter-pattern.ts';

/** FilterCriteria of an AWS::Lambda::EventSourceMapping. */
export interface FilterCriteria {
  Filters?: { Pattern?: string }[];
}

/** Whether a record's value passes the filters. */
export type ValueFilter = (value: Buffer | null) => boolean;

/** AWS: "Control which events Lambda sends to your function": 5, or 10 after a quota increase. */
const mostFilters = 10;
/** AWS: Lambda API reference, Filter. */
const longestPattern = 4096;

/**
 * Makes a test for a mapping's FilterCriteria (AWS: "Filtering events from Amazon MSK and self-managed Apache Kafka
 * event sources"). Filters are ORed. A pattern's only key is `value`. An object is a pattern for JSON, a list is a
 * pattern for plain text. A value of the other format passes, and so does a value that isn't UTF-8: AWS then "filters
 * on the other metadata properties only", and Kafka has none. AWS doesn't document two cases: a null value passes too,
 * and only an object or an array counts as JSON (the text `1` doesn't).
 *
 * @returns undefined if there are no filters
 * @throws Error that says which filter is wrong and why
 * @example valueFilter({ Filters: [{ Pattern: '{"value":{"device_ID":[{"prefix":"AB"}]}}' }] })
 */
export function valueFilter({ Filters = [] }: FilterCriteria): ValueFilter | undefined {
  if (Filters.length > mostFilters)
    throw new Error(`FilterCriteria has ${Filters.length} filters, more than ${mostFilters}`);
  const filters = Filters.map(({ Pattern }, index) => {
    try {
      return filterOf(parsePattern(Pattern));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`FilterCriteria, pattern ${index + 1}: ${reason}`, { cause: error });
    }
  });
  if (filters.length === 0) return undefined;
  return (bytes) => {
    const value = decode(bytes);
    return value === undefined || filters.some((passes) => passes(value));
  };
}

interface DecodedValue {
  format: 'json' | 'text';
  value: unknown;
}

function decode(bytes: Buffer | null): DecodedValue | undefined {
  if (bytes === null || !isUtf8(bytes)) return undefined;
  const text = bytes.toString();
  if (/^[ \t\r\n]*[[{]/.test(text)) {
    try {
      return { format: 'json', value: JSON.parse(text) };
    } catch {
      // Plain text that begins like JSON.
    }
  }
  return { format: 'text', value: text };
}

function parsePattern(pattern: unknown): Record<string, unknown> {
  if (typeof pattern !== 'string') throw new Error('Pattern must be a JSON string');
  if (pattern.length > longestPattern)
    throw new Error(`it has ${pattern.length} characters, more than ${longestPattern}`);
  const parsed: unknown = JSON.parse(pattern);
  eventPattern(parsed);
  return parsed as Record<string, unknown>;
}

function filterOf(pattern: Record<string, unknown>): (value: DecodedValue) => boolean {
  const conditions = Object.entries(pattern).map(([name, part]) => {
    const alternatives = alternativesOf(name, part)?.map(filterOf);
    if (alternatives) return (value: DecodedValue) => alternatives.some((passes) => passes(value));
    if (name !== 'value') throw new Error(`Kafka records are filtered on "value" only, not on ${JSON.stringify(name)}`);
    const format = Array.isArray(part) ? 'text' : 'json';
    const matches = eventPattern({ value: part });
    return (value: DecodedValue) => value.format !== format || matches(value);
  });
  return (value) => conditions.every((passes) => passes(value));
}
