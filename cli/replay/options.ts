import { createHash } from 'node:crypto';
import type { Selection } from '#functions/ops/replay/selection.ts';
import { numberOption, UsageError } from '../command.ts';

export const OPTIONS = {
  to: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  partition: { type: 'string' },
  from: { type: 'string' },
  'until-offset': { type: 'string' },
  epoch: { type: 'string' },
  'dry-run': { type: 'boolean' },
  create: { type: 'boolean' },
  rate: { type: 'string' },
  id: { type: 'string' },
  ahead: { type: 'string', default: '1h' },
  'late-too': { type: 'boolean' },
  'as-new': { type: 'boolean' },
} as const;

type Texts = Partial<Record<keyof typeof OPTIONS, string | boolean | undefined>>;

const whole = { min: 0, integer: true };

/** @throws UsageError if options contradict each other */
export function selectionOf(topic: string, values: Texts): Selection {
  const moment = (name: 'since' | 'until') => {
    const text = values[name];
    return typeof text === 'string' ? timeOf(name, text) : undefined;
  };
  const number = (name: 'partition' | 'from' | 'until-offset' | 'epoch') => {
    const text = values[name];
    return typeof text === 'string' ? numberOption(name, text, whole) : undefined;
  };
  const selection = {
    topic,
    epoch: number('epoch'),
    partition: number('partition'),
    from: number('from'),
    untilOffset: number('until-offset'),
    since: moment('since'),
    until: moment('until'),
  };
  const { partition, from, untilOffset } = selection;
  if (partition === undefined && (from !== undefined || untilOffset !== undefined))
    throw new UsageError('--from and --until-offset are offsets of one partition: give --partition too');
  return selection;
}

/** A span before now would mean other records when the same command continues. */
function timeOf(name: string, text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`--${name} takes a time in ISO 8601, such as 2026-11-24T08:00Z, not "${text}"`);
}

/** The same for the same records and the same target, so that the same command continues what was interrupted. */
export function idOf(selection: Selection, to: string): string {
  return createHash('sha256')
    .update(JSON.stringify([selection, to]))
    .digest('hex')
    .slice(0, 8);
}

const AHEAD = /^(\d+(?:\.\d+)?)([mhd])$/;
const MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns ms; undefined for `none` */
export function aheadOf(text: string): number | undefined {
  if (text === 'none') return undefined;
  const [, count, unit = ''] = AHEAD.exec(text) ?? [];
  const ms = Number(count) * (MS[unit] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new UsageError(`--ahead takes a time such as 30m, 1h or 1d, or none; not "${text}"`);
}
