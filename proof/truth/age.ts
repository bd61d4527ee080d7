import { TOPICS, type TopicName } from '../topics.ts';
import type { World } from '../world.ts';

const SOURCE = /^(.+?)-(\d+)-(\d+)(?:\/.*)?$/;

/**
 * Tells which sources lie before the start of their topic's log: retention has removed the record, so that nothing can
 * be said of what came of it. In a run that began empty there are none.
 */
export function olderThanLogs(topics: World['topics']): (source: unknown) => boolean {
  const starts = new Map<string, number>();
  for (const topic of Object.keys(TOPICS) as TopicName[]) {
    for (const { partition, start } of topics[topic].partitions) starts.set(`${topic}-${partition}`, start);
  }
  return (source) => {
    const [, topic, partition, offset] = SOURCE.exec(String(source)) ?? [];
    return Number(offset) < (starts.get(`${topic}-${Number(partition)}`) ?? 0);
  };
}
