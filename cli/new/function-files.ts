import type { Change } from './changes.ts';
import { type Field, KINDS } from './fields.ts';
import { type DomainNames, topicId } from './names.ts';

/** The files of a domain in functions/ and events/: schema and work, handler, mapping, tests, a sample. */
export function functionFiles(names: DomainNames, fields: readonly Field[]): Change[] {
  const folder = `functions/${names.domain}`;
  return [
    { path: `${folder}/${names.domain}.ts`, create: work(names, fields) },
    { path: `${folder}/${names.domain}.test.ts`, create: tests(names, fields) },
    { path: `${folder}/${names.handler}.ts`, create: handler(names) },
    { path: `${folder}/functions.yml`, create: functionsYml(names) },
    { path: `events/${names.handler}.json`, create: sample(names, fields) },
  ];
}

const MONEY = `/** Money with at most two decimals. */
const money = z
  .number()
  .min(0)
  .max(10_000_000)
  .refine((value) => Number(value.toFixed(2)) === value, 'more than two decimals');

`;

function work({ domain, camel, pascal, input, processed }: DomainNames, fields: readonly Field[]): string {
  const kinds = new Set(fields.map(({ kind }) => kind));
  const time = fields.find(({ kind }) => kind === 'time')?.name;
  const decode = ['decodeJsonObject', ...(kinds.has('string') ? ['identifier'] : []), 'validate'].join(', ');
  const eventTime = [...(time ? ['checkEventTime'] : []), ...(kinds.has('time') ? ['isoTime'] : [])].join(', ');
  return `import * as z from 'zod';
import { ${decode} } from '#lib/decode.ts';
${eventTime === '' ? '' : `import { ${eventTime} } from '#lib/event-time.ts';\n`}import { type BatchFunction, type Failure, recordsOf } from '#lib/kafka/batch.ts';
import type { RecordProducer } from '#lib/kafka/client/producer.ts';
import type { Message } from '#lib/kafka/message.ts';
import { eachRecord, producedHeaders } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { resultSource } from '#lib/kafka/redrive.ts';

/** A larger value is rejected. */
const LIMIT_BYTES = 64 * 1024;

${kinds.has('money') ? MONEY : ''}/** A value of ${input}, as it is sent, and of ${processed}. Other fields are left out. */
export const ${camel}Schema = z.object({
${fields.map(({ name, kind }) => `  ${name}: ${KINDS[kind].schema},`).join('\n')}
});

export type ${pascal}Value = z.infer<typeof ${camel}Schema>;

/**
 * Decodes and validates one record of ${input}.
 * @throws PermanentError with the code of the first rule that it breaks
 */
export function read${pascal}(record: Pick<KafkaRecord, 'value' | 'timestamp'>): ${pascal}Value {
  const value = validate(${camel}Schema, decodeJsonObject(record.value, LIMIT_BYTES));
${time ? `  checkEventTime(Date.parse(value.${time}), record.timestamp);\n` : ''}  return value;
}

export interface ${pascal}Options {
  producer: RecordProducer;
  /** where valid records go */
  topic: string;
}

/** What happens to a batch of ${domain}: decode, validate, produce. */
export function ${camel}({ producer, topic }: ${pascal}Options): BatchFunction {
  return async (batch) => {
    const { done, failures } = eachRecord(recordsOf(batch), read${pascal});
    const messages = done.map(
      ({ record, result }): Message => ({
        topic,
        key: record.key,
        value: Buffer.from(JSON.stringify(result)),
        headers: producedHeaders(record, resultSource(record)),
        from: record,
      }),
    );
    const refused = await producer.send(batch.bootstrapServers, messages, batch.deadline);
    return [...failures, ...refused.map(({ message, error }): Failure => ({ record: message.from, error }))];
  };
}
`;
}

function handler({ domain, camel, input, processed, deadLetters, handler: name }: DomainNames): string {
  return `import { batchHandler } from '#lib/batch-handler.ts';
import { handingBack, kafkaAuth, positive, readConfiguration, text } from '#lib/configuration.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { ${camel} } from './${domain}.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  HANDING_BACK: handingBack,
  PROCESSED_TOPIC: text,
  PRODUCED_MAX_BYTES: positive,
  DEAD_LETTER_TOPIC: text,
  DEAD_LETTER_MAX_BYTES: positive,
});

const name = '${name}';

const producer = createProducer({
  auth: config.KAFKA_AUTH,
  clientId: name,
  limits: {
    [config.PROCESSED_TOPIC]: config.PRODUCED_MAX_BYTES,
    [config.DEAD_LETTER_TOPIC]: config.DEAD_LETTER_MAX_BYTES,
  },
});

/** ${input} -> ${processed}; invalid records to ${deadLetters}. */
export const handler = batchHandler(
  { function: name, handingBack: config.HANDING_BACK, producer, deadLetterTopicOf: () => config.DEAD_LETTER_TOPIC },
  ${camel}({ producer, topic: config.PROCESSED_TOPIC }),
);
`;
}

function functionsYml({ input, processed, deadLetters, handler: name, domain }: DomainNames): string {
  return `# ${input} -> ${processed}; invalid records to ${deadLetters}.
${name}:
  handler: functions/${domain}/${name}.handler
  description: Validates the records of ${input}
  timeout: 60
  memorySize: 512
  environment:
    KAFKA_AUTH: \${param:kafkaAuth}
    HANDING_BACK: \${param:handingBack}
    PROCESSED_TOPIC: ${processed}
    PRODUCED_MAX_BYTES: \${self:custom.maxMessageBytes.processed}
    DEAD_LETTER_TOPIC: ${deadLetters}
    DEAD_LETTER_MAX_BYTES: \${self:custom.maxMessageBytes.deadLetter}
  iamRoleStatements:
    - \${self:custom.grants.tracing}
    - Effect: Allow
      Action: \${self:custom.grants.write}
      Resource: [!Ref ${topicId(processed)}, !Ref ${topicId(deadLetters)}]
  events:
    - msk:
        arn: !Ref MskCluster
        topic: ${input}
        consumerGroupId: ${name}-${input}-v1
        startingPosition: TRIM_HORIZON
        batchSize: 500
        maximumBatchingWindow: 1
        functionResponseType: \${param:functionResponseType, null}
        provisionedPollerConfig: \${param:pollers, null}
`;
}

const goodValue = (fields: readonly Field[]) =>
  Object.fromEntries(fields.map(({ name, kind }) => [name, KINDS[kind].good]));

/** Two records in partition 9, which no topic has: one is valid, the other lacks its first field. */
function sample({ input }: DomainNames, fields: readonly Field[]): string {
  const { [fields[0]?.name as string]: _, ...rest } = goodValue(fields);
  const record = (offset: number, value: unknown) => ({
    topic: input,
    partition: 9,
    offset,
    timestamp: Date.UTC(2025, 0, 15, 10),
    timestampType: 'CREATE_TIME',
    value: Buffer.from(JSON.stringify(value)).toString('base64'),
    headers: [],
  });
  const event = {
    eventSource: 'aws:kafka',
    eventSourceArn: 'arn:aws:kafka:us-east-1:123456789012:cluster/pipeline/11111111-2222-3333-4444-555555555555-6',
    bootstrapServers: 'b-1.pipeline.example.com:9098,b-2.pipeline.example.com:9098',
    records: { [`${input}-9`]: [record(0, goodValue(fields)), record(1, rest)] },
  };
  return `${JSON.stringify(event, undefined, 2)}\n`;
}

function tests({ camel, domain, input, processed, deadLetters, handler: name }: DomainNames, fields: readonly Field[]) {
  const literal = (value: unknown) => JSON.stringify(value).replaceAll('"', "'");
  const good = fields.map((field) => `${field.name}: ${literal(KINDS[field.kind].good)}`).join(', ');
  const bad = fields.map((field) => `  ['${field.name}', ${literal(KINDS[field.kind].bad)}],`).join('\n');
  return `import { batchHandler } from '#lib/batch-handler.ts';
import type { Message } from '#lib/kafka/message.ts';
import { lambdaContext, mskEvent, type TestRecord } from '#test/support/msk-event.ts';
import { ${camel}, ${camel}Schema } from './${domain}.ts';

const GOOD = { ${good} };

/** Where the records of one batch end. */
async function run(records: TestRecord[]) {
  const sent: Message[] = [];
  const producer = {
    send: async (_: string, messages: readonly Message[]) => {
      sent.push(...messages);
      return [];
    },
    close: async () => undefined,
  };
  const handler = batchHandler(
    { function: '${name}', handingBack: 'throw', producer, deadLetterTopicOf: () => '${deadLetters}' },
    ${camel}({ producer, topic: '${processed}' }),
  );
  await handler(mskEvent(records, { topic: '${input}' }) as never, lambdaContext());
  return sent.map(({ topic, value, headers }) => ({
    topic,
    value: String(value),
    headers: Object.fromEntries(headers.map((header) => [header.name, String(header.value)])),
  }));
}

test('a valid record goes to ${processed}, names its source, and keeps only the fields of the schema', async () => {
  const [produced, ...others] = await run([{ partition: 2, offset: 7, value: { ...GOOD, more: 'left out' } }]);

  expect(others).toEqual([]);
  expect(produced).toMatchObject({ topic: '${processed}', headers: { source: '${input}-2-7' } });
  expect(JSON.parse(produced?.value ?? '')).toEqual(${camel}Schema.parse(GOOD));
});

test.each<[keyof typeof GOOD, unknown]>([
${bad}
])('a record whose %s is %j goes to ${deadLetters}', async (field, wrong) => {
  const [letter] = await run([{ value: { ...GOOD, [field]: wrong } }]);

  expect(letter).toMatchObject({ topic: '${deadLetters}', headers: { '__lambda.errors.exception': 'SCHEMA' } });
});
`;
}
