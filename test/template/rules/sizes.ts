import type { CompiledTemplate } from '#msk';
import { allows, functions, mappings, statements } from './functions.ts';
import { configs, type Topic, topicArn, topics } from './kafka.ts';
import type { Rule } from './rule.ts';

/** Bytes of an event at most (Lambda guide, "Lambda quotas": invocation payload, synchronous). */
export const PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Room for what stands around a record: ARN, brokers' addresses, names, numbers. */
export const ENVELOPE_BYTES = 16 * 1024;
/**
 * Characters of JSON that a byte of a record becomes at most: of a header's name, a control character's escape
 * (`\u0001`). It is less for its value (a number and a comma, `-128,`: 5), and for keys and values (base64: 4/3).
 */
export const MOST_CHARACTERS = 6;
/** What librdkafka sends in a batch where it is told nothing else (`batch.size`, `message.max.bytes`). */
const USUAL_BATCH_BYTES = 1_000_000;
/** What a dead letter's own headers take at most, with a message of 500 characters (lib/kafka/dead-letters.ts). */
const ERROR_HEADERS_BYTES = 4096;

/** The variable that tells a function how large a record may be, and the one that names the topic. */
const limits = [
  { variable: 'PRODUCED_MAX_BYTES', topic: 'PROCESSED_TOPIC' },
  { variable: 'PRODUCED_MAX_BYTES', topic: 'ALERTS_TOPIC' },
  { variable: 'PRODUCED_MAX_BYTES', topic: 'METRICS_TOPIC' },
  { variable: 'DEAD_LETTER_MAX_BYTES', topic: 'DEAD_LETTER_TOPIC' },
];

export const maxBytes = (topic: Topic) => Number(configs(topic)['max.message.bytes']);
export const deadLetter = (topic: Topic) => topic.TopicName.endsWith('-dlq');
/** Whether a mapped function may write it; the others come from outside (smoke's own records too). */
const produced = (template: CompiledTemplate, topic: Topic) =>
  mappings(template).some(([, , fn]) => allows(statements(template, fn), 'kafka-cluster:WriteData', topicArn(topic)));

function change(topic: Topic | undefined, changed: Record<string, string>): void {
  if (topic) topic.Configs = Buffer.from(JSON.stringify({ ...configs(topic), ...changed })).toString('base64');
}

export const sizeRules: Rule[] = [
  {
    name: 'any record that a topic takes fits an event, whatever it is made of',
    source: 'Lambda guide, "Lambda quotas"; "Using Lambda with Amazon MSK", example event: headers as lists of numbers',
    check: (template) =>
      topics(template)
        .filter((topic) => !(MOST_CHARACTERS * maxBytes(topic) + ENVELOPE_BYTES <= PAYLOAD_BYTES))
        .map((topic) => `${topic.TopicName}: ${maxBytes(topic)} bytes`),
    spoil: (template) => change(topics(template)[0], { 'max.message.bytes': String(1024 * 1024) }),
  },
  {
    name: "a topic's limit counts what a record has uncompressed",
    source: 'Kafka documentation, topic configs: compression.type, max.message.bytes',
    check: (template) =>
      topics(template)
        .filter((topic) => configs(topic)['compression.type'] !== 'uncompressed')
        .map(({ TopicName }) => TopicName),
    spoil: (template) => change(topics(template)[0], { 'compression.type': 'producer' }),
  },
  {
    name: 'topics from outside take what clients send that were told nothing else',
    source: 'librdkafka, CONFIGURATION.md: batch.size, message.max.bytes',
    check: (template) =>
      topics(template)
        .filter((topic) => !(maxBytes(topic) > USUAL_BATCH_BYTES))
        .map((topic) => `${topic.TopicName}: ${maxBytes(topic)} bytes`),
    spoil: (template) => change(topics(template)[0], { 'max.message.bytes': String(USUAL_BATCH_BYTES) }),
  },
  {
    name: 'a record may grow on its way: from source to processed to dead letter, whose headers it gets',
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
    name: 'a function knows the size that its topics take',
    source: 'docs/invariants.md, "Sizes"',
    check: (template) =>
      functions(template).flatMap(([id, { Environment }]) =>
        limits.flatMap(({ variable, topic }) => {
          const told = Environment.Variables[variable];
          return topics(template)
            .filter(({ TopicName }) => told !== undefined && TopicName === Environment.Variables[topic])
            .filter((taken) => Number(told) !== maxBytes(taken))
            .map((taken) => `${id}: ${variable} is ${told}, ${taken.TopicName} takes ${maxBytes(taken)}`);
        }),
      ),
    spoil: (template) => {
      const told = functions(template).find(([, fn]) => fn.Environment.Variables['DEAD_LETTER_MAX_BYTES']);
      if (told) told[1].Environment.Variables['DEAD_LETTER_MAX_BYTES'] = '1';
    },
  },
];
