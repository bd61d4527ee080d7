/** The place of a record. */
export interface Coordinates {
  topic: string;
  partition: number;
  offset: number;
}

const SOURCE = /^([^/]+)-(\d+)-(\d+)(?:\/.*)?$/s;

/**
 * The coordinates in a `source`: `raw-data-topic-0-15`, or an alert's `raw-data-topic-0-15/Speeding`. Undefined for
 * any other text: the source of a window's result (`1704470400/P001`) names no record.
 */
export function coordinatesOf(source: string): Coordinates | undefined {
  const [, topic, partition, offset] = SOURCE.exec(source) ?? [];
  return topic === undefined ? undefined : { topic, partition: Number(partition), offset: Number(offset) };
}
