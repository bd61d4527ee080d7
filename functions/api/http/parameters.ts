import { identifier } from '#lib/decode.ts';
import { isoTime, timeMs } from '#lib/event-time.ts';

/** JSON Schema (2020-12), as OpenAPI 3.1 uses it. */
export type Schema = Readonly<Record<string, unknown>>;

/** How a parameter's text is read, and what the OpenAPI description says of it. */
export interface Parameter<T> {
  readonly description: string;
  readonly schema: Schema;
  /** the value of an absent parameter */
  readonly absent: T;
  /** whether a request without it is refused */
  readonly required?: boolean;
  /** @returns undefined for a wrong text */
  readonly read: (text: string) => T | undefined;
  /** completes "limit must be …" */
  readonly mustBe: string;
}

/** A whole number. */
export function whole(description: string, { min, max, absent }: { min: number; max: number; absent: number }) {
  return {
    description,
    schema: { type: 'integer', minimum: min, maximum: max, default: absent },
    absent,
    read: (text) => (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined),
    mustBe: `a whole number from ${min} to ${max}`,
  } as const satisfies Parameter<number>;
}

/** A time, in ms since the epoch. */
export function time(description: string): Parameter<number | undefined> {
  return {
    description,
    schema: { type: 'string', format: 'date-time' },
    absent: undefined,
    read: (text) => {
      const { success, data } = isoTime.safeParse(text);
      return success ? timeMs(data) : undefined;
    },
    mustBe: 'a time in ISO 8601 with a zone, as 2026-01-31T12:00:00Z (in a URL, + is written %2B)',
  };
}

/** A name: of a vehicle, a kind of alert, a product. */
export function name(description: string, maxLength: number): Parameter<string | undefined> {
  const schema = identifier(maxLength);
  return {
    description,
    schema: { type: 'string', minLength: 1, maxLength },
    absent: undefined,
    read: (text) => schema.safeParse(text).data,
    mustBe: `1 to ${maxLength} characters, without control characters`,
  };
}

/** A name that a request must have. */
export function requiredName(description: string, maxLength: number): Parameter<string> {
  return { ...(name(description, maxLength) as Parameter<string>), absent: '', required: true };
}

/** One of a few texts. */
export function oneOf<const T extends string>(description: string, texts: readonly T[]): Parameter<T> {
  return {
    description,
    schema: { type: 'string', enum: texts },
    absent: texts[0] as T,
    required: true,
    read: (text) => texts.find((known) => known === text),
    mustBe: `one of ${texts.join(', ')}`,
  };
}

/** A part of the map, in degrees. `west` is greater than `east` where the box crosses the 180th meridian. */
export interface Box {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

const DEGREES = /^-?\d{1,3}(?:\.\d{1,12})?$/;

export function box(description: string): Parameter<Box | undefined> {
  return {
    description,
    schema: { type: 'string', pattern: '^-?[0-9.]+(,-?[0-9.]+){3}$', examples: ['12.8,77.4,13.2,77.8'] },
    absent: undefined,
    read: (text) => {
      const parts = text.split(',');
      if (parts.length !== 4 || !parts.every((part) => DEGREES.test(part))) return undefined;
      const [south, west, north, east] = parts.map(Number) as [number, number, number, number];
      const onEarth = south >= -90 && south <= north && north <= 90 && Math.abs(west) <= 180 && Math.abs(east) <= 180;
      return onEarth ? { south, west, north, east } : undefined;
    },
    mustBe: 'south,west,north,east in degrees, with south <= north',
  };
}
