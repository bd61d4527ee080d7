import { route } from '../http/route.ts';
import { count, list, maybeCount, maybeNumber, number, object, text, time } from './schema.ts';

const partition = object({
  partition: count,
  committed: maybeCount,
  end: count,
  lag: maybeCount,
  lagSeconds: maybeNumber,
});

export const getPipeline = route({
  path: '/pipeline',
  operationId: 'getPipeline',
  summary: 'The lag of each mapping, the throughput of each topic, and the dead letters. null is not known',
  parameters: {},
  answer: object({
    time,
    mappings: list(
      object({
        function: text,
        topic: text,
        group: text,
        lag: { ...maybeCount, description: 'records that wait, of all partitions' },
        lagSeconds: { ...maybeNumber, description: 'age of the oldest of them, by its Kafka timestamp; estimated' },
        partitions: list(partition),
      }),
    ),
    topics: list(
      object({
        topic: text,
        end: { ...count, description: 'sum of the end offsets' },
        perSecond: { ...number, description: 'records produced per second, the mean of the last minute' },
        partitions: list(object({ partition: count, end: count })),
      }),
    ),
    deadLetters: list(object({ topic: text, records: { ...count, description: 'records that the topic holds' } })),
    deadLettersByCause: {
      description: 'dead letters of the last 24 hours by their code; null where CloudWatch does not tell',
      anyOf: [list(object({ function: text, code: text, records: count })), { type: 'null' }],
    },
  }),
});
