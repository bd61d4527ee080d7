import { type Deadline, retry, within } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import type { AnyProducer } from '#lib/kafka/client/producer.ts';
import type { TopicReader } from '#lib/kafka/client/topic-reader.ts';
import type { Target } from './target.ts';

export interface KafkajsTargetOptions {
  readonly topic: string;
  readonly bootstrapServers: string;
  readonly reader: TopicReader;
  /** sends once: whether a failed send was stored is learned from the topic */
  readonly producer: AnyProducer;
  readonly deadline: Deadline;
}

const ASK_MS = 20_000;

/** A topic as a function reads and writes it: with kafkajs, which the bundles have. */
export function kafkajsTarget({ topic, bootstrapServers, reader, producer, deadline }: KafkajsTargetOptions): Target {
  const asked = <T>(ask: () => Promise<T>): Promise<T> =>
    retry(
      () =>
        ask().catch((cause: unknown) => {
          throw new TransientError('KAFKA', `${topic} can't be read`, { cause });
        }),
      { deadline: within(ASK_MS, deadline) },
    );
  const ends = () => asked(() => reader.offsetsAt(topic, 'end'));

  return {
    topic,
    async ranges() {
      const starts = await asked(() => reader.offsetsAt(topic, 'first'));
      return new Map(
        [...(await ends())].map(([partition, end]) => [partition, { start: starts.get(partition) ?? end, end }]),
      );
    },
    async read(partition, from, to, took) {
      for (let next = from; next < to; ) {
        const fetched = await asked(() => reader.fetch(topic, partition, next));
        if (fetched === undefined) throw new Error(`${topic}-${partition} no longer holds offset ${next}`);
        took(fetched.records.filter(({ offset }) => offset < to));
        next = fetched.next;
      }
    },
    async append(records) {
      const messages = records.map((record) => ({ ...record, topic }));
      const [refusal] = await producer.send(bootstrapServers, messages, deadline);
      if (refusal) throw refusal.error;
      const after = await ends();
      const counts = Map.groupBy(records, ({ partition }) => partition);
      return new Map([...counts].map(([partition, own]) => [partition, (after.get(partition) ?? 0) - own.length]));
    },
  };
}
