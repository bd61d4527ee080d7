import { UsageError } from '../command.ts';

/** Where a record lies. */
export interface Coordinates {
  topic: string;
  partition: number;
  offset: number;
}

const SOURCE = /^([^/]+)-(\d+)-(\d+)(?:\/.*)?$/s;

/** Whether a `source` names a record: a window's, `1704470400/P001`, doesn't. */
export function isCoordinates(source: string): boolean {
  return SOURCE.test(source);
}

/**
 * The coordinates in a `source`: `raw-data-topic-0-15`, or an alert's `raw-data-topic-0-15/Speeding`.
 * @throws UsageError where it is none
 */
export function coordinatesOf(source: string): Coordinates {
  const [, topic, partition, offset] = SOURCE.exec(source) ?? [];
  if (topic === undefined) throw new UsageError(`"${source}" is no source: it takes <topic>-<partition>-<offset>`);
  return { topic, partition: Number(partition), offset: Number(offset) };
}
