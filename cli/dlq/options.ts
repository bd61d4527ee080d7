import type { Filter } from '#functions/ops/redrive/filter.ts';
import { momentOf } from '../alerts/query.ts';
import { UsageError } from '../command.ts';
import { coordinatesOf } from '../follow/coordinates.ts';

/** The options that choose dead letters, and those of a stage. */
export const FILTERS = {
  code: { type: 'string', multiple: true },
  function: { type: 'string', multiple: true },
  source: { type: 'string', multiple: true },
  since: { type: 'string' },
  until: { type: 'string' },
  partition: { type: 'string' },
  offsets: { type: 'string' },
} as const;

export const STAGE = {
  stage: { type: 'string' },
  region: { type: 'string' },
  'aws-profile': { type: 'string' },
  param: { type: 'string', multiple: true },
} as const;

type Values<O> = { [K in keyof O]?: (O[K] extends { multiple: true } ? string[] : string) | undefined };

/** @throws UsageError that names the option which has no meaning */
export function filterOf(values: Values<typeof FILTERS>, now = Date.now()): Filter {
  const { code, function: functions, source, since, until, partition, offsets } = values;
  return {
    ...(code && { codes: code }),
    ...(functions && { functions }),
    ...(source && { sources: source }),
    ...(since !== undefined && { since: momentOf(since, now) }),
    ...(until !== undefined && { until: momentOf(until, now, 'until') }),
    ...(partition !== undefined && { partition: wholeNumber('partition', partition) }),
    ...(offsets !== undefined && { offsets: rangeOf(offsets) }),
  };
}

/** A dead-letter topic, or one dead letter: `orders-dlq` or `orders-dlq-1-17`. */
export function placeOf(text: string, topics: ReadonlySet<string>): { topic: string; filter: Filter } {
  if (topics.has(text) || !/-\d+-\d+$/.test(text)) return { topic: text, filter: {} };
  const { topic, partition, offset } = coordinatesOf(text);
  return { topic, filter: { partition, offsets: [offset, offset] } };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${name} takes a whole number, not "${text}"`);
  return Number(text);
}

/** `17` or `17-40`, both included */
function rangeOf(text: string): [number, number] {
  const [, first, last = first] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text) ?? [];
  if (first === undefined || Number(last) < Number(first)) {
    throw new UsageError(`--offsets takes an offset or a range such as 17-40, not "${text}"`);
  }
  return [Number(first), Number(last)];
}

/** The stage's options as `serverless invoke` takes them. */
export function stageOptions(values: Values<typeof STAGE>): string[] {
  return Object.keys(STAGE).flatMap((name) =>
    [values[name as keyof typeof STAGE] ?? []].flat().flatMap((value) => [`--${name}`, value]),
  );
}
