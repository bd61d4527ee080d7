import type { CompiledTemplate } from '#msk';
import { allows, functions, mappings, statements } from './functions.ts';
import { configs, type Topic, topicArn, topics } from './kafka.ts';
import type { Rule } from './rule.ts';

/** Largest event in bytes (Lambda guide, "Lambda quotas": invocation payload, synchronous). */
export const PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Space for the rest of an event: ARN, brokers' addresses, names, numbers. */
export const ENVELOPE_BYTES = 16 * 1024;
/**
 * The most JSON characters for a byte of a record: an escaped control character in a header's name (`\u0001`). A byte
 * of a header's value takes up to 5 (a number and a comma, `-128,`), a byte of a key or a value 4/3 (base64).
 */
export const MOST_CHARACTERS = 6;
/** librdkafka's default size of a batch (`batch.size`, `message.max.bytes`). */
const USUAL_BATCH_BYTES = 1_000_000;
/** Largest size of a dead letter's headers, with a message of 500 characters (lib/kafka/dead-letters.ts). */
const ERROR_HEADERS_BYTES = 4096;

/** Variables with the largest size of a record, and the variables that name the topic. */
const limits = [
  { variable: 'PRODUCED_MAX_BYTES', topic: 'PROCESSED_TOPIC' },
  { variable: 'PRODUCED_MAX_BYTES', topic: 'ALERTS_TOPIC' },
  { variable: 'PRODUCED_MAX_BYTES', topic: 'METRICS_TOPIC' },
  { variable: 'DEAD_LETTER_MAX_BYTES', topic: 'DEAD_LETTER_TOPIC' },
];

export const maxBytes = (topic: Topic) => Number(configs(topic)['max.message.bytes']);
export const deadLetter = (topic: Topic) => topic.TopicName.endsWith('-dlq');
/** Whether a function with a mapping writes the topic. The others get records from outside (and from smoke). */
const produced = (template: CompiledTemplate, topic: Topic) =>
  mappings(template).some(([, , fn]) => allows(statements(template, fn), 'kafka-cluster:WriteData', topicArn(topic)));

function change(topic: Topic | undefined, changed: Record<string, string>): void {
  if (topic) topic.Configs = Buffer.from(JSON.stringify({ ...configs(topic), ...changed })).toString('base64');
}

export const sizeRules: Rule[] = [
  {
    name: 'the largest record of a topic fits into an event, whatever its bytes',
    source: 'Lambda guide, "Lambda quotas"; "Using Lambda with Amazon MSK", example event: headers as lists of numbers',
    check: (template) =>
      topics(template)
        .filter((topic) => !(MOST_CHARACTERS * maxBytes(topic) + ENVELOPE_BYTES <= PAYLOAD_BYTES))
        .map((topic) => `${topic.TopicName}: ${maxBytes(topic)} bytes`),
    spoil: (template) => change(topics(template)[0], { 'max.message.bytes': String(1024 * 1024) }),
  },
  {
    name: "a topic's limit applies to the uncompressed record",
    source: 'Kafka documentation, topic configs: compression.type, max.message.bytes',
    check: (template) =>
      topics(template)
        .filter((topic) => configs(topic)['compression.type'] !== 'uncompressed')
        .map(({ TopicName }) => TopicName),
    spoil: (template) => change(topics(template)[0], { 'compression.type': 'producer' }),
  },
  {
    name: 'topics accept the default batch size of clients',
    source: 'librdkafka, CONFIGURATION.md: batch.size, message.max.bytes',
    check: (template) =>
      topics(template)
        .filter((topic) => !(maxBytes(topic) > USUAL_BATCH_BYTES))
        .map((topic) => `${topic.TopicName}: ${maxBytes(topic)} bytes`),
    spoil: (template) => change(topics(template)[0], { 'max.message.bytes': String(USUAL_BATCH_BYTES) }),
  },
  {
    name: 'limits leave room for growth: from source to processed to dead letter',
    source: 'docs/invariants.md, "Sizes"',
    check: (template) => {
      const letters = topics(template).filter(deadLetter);
      const processed = topics(template).filter((topic) => !deadLetter(topic) && produced(template, topic));
      const sources = topics(template).filter((topic) => !deadLetter(topic) && !produced(template, topic));
      const ascending = [sources, processed, letters].map((kind) => kind.map(maxBytes));
      return ascending.slice(1).flatMap((larger, index) => {
        const smaller = Math.max(...(ascending[index] ?? []));
        return larger
          .filter((bytes) => !(bytes >= smaller + ERROR_HEADERS_BYTES))
          .map((bytes) => `${bytes} bytes after ${smaller}`);
      });
    },
    spoil: (template) => {
      const letter = topics(template).find(deadLetter);
      const source = topics(template).find((topic) => !deadLetter(topic));
      if (letter && source) letter.Configs = source.Configs;
    },
  },
  {
    name: 'the size in the environment of a function is the limit of its topics',
    source: 'docs/invariants.md, "Sizes"',
    check: (template) =>
      functions(template).flatMap(([id, { Environment }]) =>
        limits.flatMap(({ variable, topic: name }) => {
          const configured = Environment.Variables[variable];
          return topics(template)
            .filter(({ TopicName }) => configured !== undefined && TopicName === Environment.Variables[name])
            .filter((topic) => Number(configured) !== maxBytes(topic))
            .map((topic) => `${id}: ${variable} is ${configured}, ${topic.TopicName} allows ${maxBytes(topic)}`);
        }),
      ),
    spoil: (template) => {
      const fn = functions(template).find(([, { Environment }]) => Environment.Variables['DEAD_LETTER_MAX_BYTES']);
      if (fn) fn[1].Environment.Variables['DEAD_LETTER_MAX_BYTES'] = '1';
    },
  },
];
