import type { Deadline } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import type { AnyProducer } from '#lib/kafka/client/producer.ts';
import { SOURCE, textHeader } from '#lib/kafka/headers.ts';
import type { OwnMessage } from '#lib/kafka/message.ts';
import type { ProductMetric } from '#lib/windows/state/metric.ts';

/**
 * Produces results to product-metrics, with the product as key and `<window start>/<product>` as `source`.
 * @throws TransientError where a result is rejected or not acknowledged: no result may be lost
 */
export async function produceMetrics(
  producer: AnyProducer,
  topic: string,
  metrics: readonly ProductMetric[],
  { bootstrapServers, deadline }: { bootstrapServers: string; deadline: Deadline },
): Promise<void> {
  const messages = metrics.map((metric): OwnMessage => {
    const source = `${metric.window_start}/${metric.product_id}`;
    return {
      topic,
      key: metric.product_id,
      value: JSON.stringify(metric),
      headers: [textHeader(SOURCE, source)],
    };
  });
  const [refusal] = await producer.send(bootstrapServers, messages, deadline);
  if (refusal === undefined) return;
  throw new TransientError('METRICS', `${topic} rejected a result: ${refusal.error.message}`, { cause: refusal.error });
}
