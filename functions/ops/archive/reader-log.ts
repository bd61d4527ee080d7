import type { TopicReader } from '#lib/kafka/client/topic-reader.ts';
import type { Log } from './verify.ts';

/** The logs of topics, as a function reads them. */
export function readerLog(reader: Pick<TopicReader, 'offsetsAt' | 'fetch'>): Log {
  return {
    async ranges(topic) {
      const starts = await reader.offsetsAt(topic, 'first').catch(noneIfUnknown);
      if (starts === undefined) return undefined;
      const ends = await reader.offsetsAt(topic, 'end');
      return new Map([...ends].map(([partition, end]) => [partition, { start: starts.get(partition) ?? end, end }]));
    },
    async count(topic, partition, spans) {
      let found = 0;
      for (const { from, to } of spans) {
        for (let next = from; next < to; ) {
          const fetched = await reader.fetch(topic, partition, next);
          if (fetched === undefined) break;
          found += fetched.records.filter(({ offset }) => offset < to).length;
          next = fetched.next;
        }
      }
      return found;
    },
  };
}

function noneIfUnknown(error: Error): undefined {
  if ((error.cause as { type?: string } | undefined)?.type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
}
