import type { BatchFunction, Failure } from '#lib/kafka/batch.ts';
import { recordsOf } from '#lib/kafka/batch.ts';
import type { RecordProducer } from '#lib/kafka/client/producer.ts';
import type { Message } from '#lib/kafka/message.ts';
import { eachRecord, producedHeaders } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { resultSource } from '#lib/kafka/redrive.ts';
import { isInTail, tailsOf } from '#lib/kafka/tail.ts';
import type { Decoders } from '#lib/schema-registry/decoders.ts';
import { type Encoding, encodingOf } from './encoding.ts';
import type { ReadLogin, ValidLogin } from './login.ts';
import { type Privacy, type ProcessedLogin, processedLogin } from './processed.ts';

export interface LoginsOptions extends Privacy {
  producer: RecordProducer;
  decoders: Decoders;
  read: ReadLogin;
  write: (login: ProcessedLogin) => Buffer | string;
  topic: string;
}

/** Processes a batch of logins: find the encodings, look up their schemas, decode and validate, produce. */
export function logins({ producer, decoders, read, write, topic, ...privacy }: LoginsOptions): BatchFunction {
  return async (batch) => {
    const encoded = eachRecord(recordsOf(batch), encodingOf);
    const schemas = encoded.done.flatMap(({ result }) => (result.format === 'avro' ? [result.schema] : []));
    const decoderOf = await decoders.of(schemas, batch.deadline);

    const encodings = new Map(encoded.done.map(({ record, result }) => [record, result]));
    const valid = eachRecord([...encodings.keys()], (record) =>
      read(encodings.get(record) as Encoding, decoderOf, record.timestamp),
    );

    const failures = [...encoded.failures, ...valid.failures];
    // After a failure of a registry, the rest of that partition comes again. To produce it now would change the order.
    const tails = tailsOf(failures);
    const messages = valid.done
      .filter(({ record }) => !isInTail(tails, record))
      .map(({ record, result }) => toMessage(record, result));
    const refused = await producer.send(batch.bootstrapServers, messages, batch.deadline);
    return [...failures, ...refused.map(({ message, error }): Failure => ({ record: message.from, error }))];
  };

  function toMessage(from: KafkaRecord, valid: ValidLogin): Message {
    return {
      topic,
      key: valid.user,
      value: write(processedLogin(valid, privacy)),
      headers: producedHeaders(from, resultSource(from)),
      from,
    };
  }
}
