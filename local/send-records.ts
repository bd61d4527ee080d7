import { Partitioners, type Producer } from 'kafkajs';
import { type BegunTrace, traceStarter } from '#lib/observability/tracing/trace-starter.ts';

/** Sends records of one key, and returns `<topic>-<partition>-<offset>` of each. */
export type SendRecords = (values: readonly Buffer[], key: string | undefined) => Promise<string[]>;

/** The most records of a sender that begin a trace. */
const TRACED = 100;

export interface SenderOptions {
  /** The name of the sender in its traces. */
  readonly service: string;
  /** The OTLP collector of the stack's traces; undefined: records begin no trace. */
  readonly otlp?: string | undefined;
  /** Called where the collector doesn't take a trace; the records are sent all the same. */
  readonly onFailure: (reason: string) => void;
}

/** Sends records to a topic. It chooses the partitions itself, to know the offset of each record. */
export function sendRecords(
  producer: Producer,
  topic: string,
  partitions: readonly number[],
  options: SenderOptions,
): SendRecords {
  const traces = firstTraces(options);
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = partitions.map((partitionId) => ({ partitionId, leader: 0 })) as Parameters<
    typeof choose
  >[0]['partitionMetadata'];
  return async (values, key) => {
    const messages = values.map((value) => {
      const message = { key: key ?? null, value, ...traces.headers(topic) };
      return { ...message, partition: choose({ topic, partitionMetadata, message }) };
    });
    const places = await producer.send({ topic, acks: -1, messages });
    await traces.sent();
    const next = new Map(places.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
    return messages.map(({ partition }) => {
      const offset = next.get(partition) as number;
      next.set(partition, offset + 1);
      return `${topic}-${partition}-${offset}`;
    });
  };
}

/** The traces of a sender's first records, where the stack sends traces. */
function firstTraces({ otlp, service, onFailure }: SenderOptions) {
  const starter = otlp === undefined ? undefined : traceStarter({ endpoint: otlp, service, oneIn: 1, onFailure });
  const begun: BegunTrace[] = [];
  let count = 0;
  return {
    headers(topic: string) {
      const trace = count++ < TRACED ? starter?.begin(topic) : undefined;
      if (trace === undefined) return {};
      begun.push(trace);
      return { headers: { traceparent: trace.traceparent } };
    },
    async sent() {
      for (const trace of begun.splice(0)) trace.end(true);
      await starter?.flush();
    },
  };
}
