import type { StackFile } from '#local/stack-file.ts';
import type { GeneratorOptions, RunningGenerator } from '#proof/load/generator.ts';
import { PARTITIONERS, type PartitionerName } from '#proof/load/partitioner.ts';
import { numberOption, UsageError } from '../command.ts';

/** The options of all kinds of load. */
export const OPTIONS = {
  vehicles: { type: 'string' },
  rate: { type: 'string' },
  bad: { type: 'string' },
  seed: { type: 'string' },
  duration: { type: 'string' },
  trace: { type: 'string' },
  vehicle: { type: 'string' },
  speedup: { type: 'string' },
  shift: { type: 'string' },
  'keep-time': { type: 'boolean' },
  file: { type: 'string' },
  map: { type: 'string' },
  speed: { type: 'string' },
  time: { type: 'string' },
  partitioner: { type: 'string' },
} as const;

export type OptionName = keyof typeof OPTIONS;
export type Values = { [name in OptionName]?: string | boolean | undefined };

/** A kind of load. `prepare` checks its options, and returns the function that starts it. */
export interface Kind {
  options: readonly OptionName[];
  prepare(values: Values): Promise<(options: GeneratorOptions, stack: StackFile) => Promise<RunningGenerator>>;
}

/** The records of a kind of load that may be bad, as a share. */
export function badShare(values: Values): number {
  return number(values, 'bad', 0.01, { min: 0, max: 1 });
}

/** @throws UsageError if there is no such partitioner */
export function partitionerOption({ partitioner = 'hash' }: Values): PartitionerName {
  if (Object.hasOwn(PARTITIONERS, String(partitioner))) return partitioner as PartitionerName;
  throw new UsageError(`--partitioner takes ${Object.keys(PARTITIONERS).join(' or ')}, not "${partitioner}"`);
}

/** The value of a number option, or the default. @throws UsageError if it is no number in the range */
export function number(
  values: Values,
  name: OptionName,
  otherwise: number,
  range: Parameters<typeof numberOption>[2],
): number {
  const text = values[name];
  return text === undefined ? otherwise : numberOption(name, String(text), range);
}
