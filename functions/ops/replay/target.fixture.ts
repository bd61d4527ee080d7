import type { Header } from '#lib/kafka/headers.ts';
import type { ReplayedRecord, Target, TargetRecord } from './target.ts';

/** A topic in memory. */
export interface MemoryTarget extends Target {
  readonly logs: Map<number, TargetRecord[]>;
  /** called before each append; what it throws fails the append, after `stored` of its records are stored */
  before?: (records: readonly ReplayedRecord[]) => { stored: number; error: Error } | undefined;
}

export function memoryTarget(topic: string, partitions: number): MemoryTarget {
  const logs = new Map<number, TargetRecord[]>(Array.from({ length: partitions }, (_, partition) => [partition, []]));
  const logOf = (partition: number) => logs.get(partition) as TargetRecord[];
  const store = ({ partition, ...record }: ReplayedRecord) => {
    const { timestamp, key, value, headers } = record;
    logOf(partition).push({ offset: logOf(partition).length, timestamp, key, value, headers });
  };
  const target: MemoryTarget = {
    topic,
    logs,
    ranges: async () => new Map([...logs].map(([partition, own]) => [partition, { start: 0, end: own.length }])),
    read: async (partition, from, to, took) => took(logOf(partition).slice(from, to)),
    async append(records) {
      const bases = new Map(records.map(({ partition }) => [partition, logOf(partition).length]));
      const failure = target.before?.(records);
      records.slice(0, failure?.stored).forEach(store);
      if (failure) throw failure.error;
      return bases;
    },
  };
  return target;
}

export const textsOf = (headers: readonly Header[]) => headers.map(({ name, value }) => `${name}=${String(value)}`);
