import { UsageError } from '../command.ts';

/** The place of a record. */
export interface Coordinates {
  topic: string;
  partition: number;
  offset: number;
}

const SOURCE = /^([^/]+)-(\d+)-(\d+)(?:\/.*)?$/s;

/** Whether a `source` names a record. The source of a window's result (`1704470400/P001`) doesn't. */
export function isCoordinates(source: string): boolean {
  return SOURCE.test(source);
}

/**
 * The coordinates in a `source`: `raw-data-topic-0-15`, or an alert's `raw-data-topic-0-15/Speeding`.
 * @throws UsageError if it has another format
 */
export function coordinatesOf(source: string): Coordinates {
  const [, topic, partition, offset] = SOURCE.exec(source) ?? [];
  if (topic === undefined)
    throw new UsageError(
      `"${source}" is no source; a source is <topic>-<partition>-<offset>, such as raw-data-topic-0-15`,
    );
  return { topic, partition: Number(partition), offset: Number(offset) };
}
