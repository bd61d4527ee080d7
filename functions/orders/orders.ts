import { PermanentError } from '#lib/errors.ts';
import { type BatchFunction, type Failure, recordsOf } from '#lib/kafka/batch.ts';
import type { RecordProducer } from '#lib/kafka/client/producer.ts';
import type { Message } from '#lib/kafka/message.ts';
import { eachRecord, producedHeaders } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { resultSource } from '#lib/kafka/redrive.ts';
import type { Catalogue } from './catalogue.ts';
import { type Order, type ProcessedOrder, readOrder } from './schema.ts';

export interface OrdersOptions {
  producer: RecordProducer;
  catalogue: Catalogue;
  /** the topic of processed orders */
  topic: string;
}

/** Processes a batch of orders: decode and validate, look up products, enrich, produce. */
export function orders({ producer, catalogue, topic }: OrdersOptions): BatchFunction {
  return async (batch) => {
    const { done, failures } = eachRecord(recordsOf(batch), readOrder);
    const names = await catalogue.of(
      done.map(({ result }) => result.product_id),
      batch.deadline,
    );
    const messages: Message[] = [];
    for (const { record, result } of done) {
      const product = names.get(result.product_id);
      if (product === undefined) failures.push({ record, error: unknownProduct() });
      else messages.push(toMessage(record, result, product, topic));
    }
    const refused = await producer.send(batch.bootstrapServers, messages, batch.deadline);
    return [...failures, ...refused.map(({ message, error }): Failure => ({ record: message.from, error }))];
  };
}

const unknownProduct = () => new PermanentError('UNKNOWN_PRODUCT', 'product_id: not in the catalogue');

/** The key is the product, so that all orders of a product are in one partition. */
function toMessage(from: KafkaRecord, order: Order, product_name: string, topic: string): Message {
  const { order_id, user_id, product_id, amount, timestamp } = order;
  const time = new Date(timestamp).toISOString();
  const value: ProcessedOrder = { order_id, user_id, product_id, product_name, amount, timestamp: time };
  return {
    topic,
    key: product_id,
    value: JSON.stringify(value),
    headers: producedHeaders(from, resultSource(from)),
    from,
  };
}
