import type { LogRecord } from '../world.ts';
import { type FormCode, isoMs, isPlainText, latestEvent, objectOfRecord, own, passedOn } from './json.ts';

/*
 * What a good field is, stated a second time: nothing here imports a handler or a schema. A field's rule gives the value
 * that is passed on, or undefined where the field is bad.
 */
export type FieldRule = (value: unknown) => { kept: unknown; ms?: number } | undefined;

const MOST_MONEY = 10_000_000;

const rule =
  <T>(isGood: (value: unknown) => value is T): FieldRule =>
  (value) =>
    isGood(value) ? { kept: value } : undefined;

/** 1 to `max` characters, none a control character or half of a surrogate pair. */
export const text = (max: number) => rule((value): value is string => isPlainText(value, max));
export const number = rule((value): value is number => Number.isFinite(value));
export const integer = rule((value): value is number => Number.isSafeInteger(value));
export const boolean = rule((value): value is boolean => typeof value === 'boolean');
/** 0 to 10,000,000, in whole cents. */
export const money = rule(
  (value): value is number =>
    typeof value === 'number' && value >= 0 && value <= MOST_MONEY && Number(value.toFixed(2)) === value,
);
/** ISO 8601 with a zone. */
export const time: FieldRule = (value) => {
  const ms = isoMs(value);
  return ms === undefined ? undefined : { kept: passedOn(value as string, ms), ms };
};

/** A value of at most 64 KiB. */
const LIMIT_BYTES = 64 * 1024;

/** Judges a record by the rules of its fields: the value that is passed on, or the code that its dead letter must carry. */
export function judgeFields(
  record: LogRecord,
  rules: Readonly<Record<string, FieldRule>>,
): { value: Record<string, unknown> } | { bad: FormCode | 'SCHEMA' | 'FUTURE_TIMESTAMP' } {
  const form = objectOfRecord(record, LIMIT_BYTES);
  if ('bad' in form) return form;
  const judged = Object.entries(rules).map(([name, judge]) => [name, judge(own(form.object, name))] as const);
  if (judged.some(([, found]) => found === undefined)) return { bad: 'SCHEMA' };
  const at = judged.find(([, found]) => found?.ms !== undefined)?.[1]?.ms;
  if (at !== undefined && at > latestEvent(record.timestamp)) return { bad: 'FUTURE_TIMESTAMP' };
  return { value: Object.fromEntries(judged.map(([name, found]) => [name, found?.kept])) };
}
