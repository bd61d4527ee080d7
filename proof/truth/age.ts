import type { World } from '../world.ts';

const SOURCE = /^(.+?)-(\d+)-(\d+)(?:\/.*)?$/;

/**
 * Tells which sources lie before the start of their topic's log. Retention has removed these records, so the report
 * can't check them. A run that began with empty topics has none.
 */
export function olderThanLogs(topics: World['topics']): (source: unknown) => boolean {
  const starts = new Map<string, number>();
  for (const [topic, { partitions }] of Object.entries(topics)) {
    for (const { partition, start } of partitions) starts.set(`${topic}-${partition}`, start);
  }
  return (source) => {
    const [, topic, partition, offset] = SOURCE.exec(String(source)) ?? [];
    return Number(offset) < (starts.get(`${topic}-${Number(partition)}`) ?? 0);
  };
}
