import * as z from 'zod';
import { batchHandler } from '#lib/batch-handler.ts';
import { handingBack, kafkaAuth, positive, readConfiguration, text } from '#lib/configuration.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { avroRecord, avroType } from '#lib/schema-registry/avro.ts';
import { confluentRegistry } from '#lib/schema-registry/confluent.ts';
import { schemaDecoders } from '#lib/schema-registry/decoders.ts';
import { glueRegistry } from '#lib/schema-registry/glue.ts';
import loginSchema from '#resources/avro/user_login.avsc';
import processedSchema from '#resources/avro/user_login_processed.avsc';
import { loginReader } from './login.ts';
import { logins } from './logins.ts';
import { outputWriter } from './output.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  HANDING_BACK: handingBack,
  PROCESSED_TOPIC: text,
  PRODUCED_MAX_BYTES: positive,
  DEAD_LETTER_TOPIC: text,
  DEAD_LETTER_MAX_BYTES: positive,
  GLUE_REGISTRY: text,
  SCHEMA_REGISTRY_URL: z.string(),
  STORE_FULL_IP: z.stringbool(),
  OUTPUT_FORMAT: z.enum(['json', 'avro-glue', 'avro-confluent']),
  OUTPUT_SCHEMA_ID: z.string(),
});

const name = 'processLogin';

const producer = createProducer({
  auth: config.KAFKA_AUTH,
  clientId: name,
  limits: {
    [config.PROCESSED_TOPIC]: config.PRODUCED_MAX_BYTES,
    [config.DEAD_LETTER_TOPIC]: config.DEAD_LETTER_MAX_BYTES,
  },
});

const schema = avroRecord(loginSchema);

/** user-login -> user-login-processed; invalid logins to user-login-dlq. */
export const handler = batchHandler(
  { function: name, handingBack: config.HANDING_BACK, producer, deadLetterTopicOf: () => config.DEAD_LETTER_TOPIC },
  logins({
    producer,
    decoders: schemaDecoders({
      reader: schema,
      registries: {
        glue: glueRegistry(config.GLUE_REGISTRY),
        ...(config.SCHEMA_REGISTRY_URL && { confluent: confluentRegistry(config.SCHEMA_REGISTRY_URL) }),
      },
    }),
    read: loginReader(schema),
    storeFullIp: config.STORE_FULL_IP,
    write: outputWriter({
      format: config.OUTPUT_FORMAT,
      schemaId: config.OUTPUT_SCHEMA_ID,
      schema: avroType(processedSchema),
    }),
    topic: config.PROCESSED_TOPIC,
  }),
);
