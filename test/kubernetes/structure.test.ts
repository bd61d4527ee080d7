import { faults, type Schema } from './structure.ts';

const schema: Schema = {
  type: 'object',
  required: ['target'],
  properties: {
    target: { type: 'string' },
    most: { type: 'integer' },
    kinds: { type: 'array', items: { type: 'string', enum: ['kafka', 'cron'] } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    metadata: { type: 'object' },
  },
};

test.each([
  [{ target: 'a', most: 3, kinds: ['kafka'], labels: { any: 'text' }, metadata: { name: 'a' } }, []],
  [{ most: 3 }, ['it has no target']],
  [{ target: 'a', more: 1 }, ['it has an unknown property more']],
  [{ target: 'a', most: '3' }, ['it.most is no integer']],
  [{ target: 'a', kinds: ['kafka', 'kafak'] }, ['it.kinds[1] is none of kafka, cron']],
  [{ target: 'a', labels: { any: 1 } }, ['it.labels.any is no string']],
  [null, ['it is no object']],
])('the faults of %j', (value, expected) => {
  expect(faults(value, schema, 'it')).toEqual(expected);
});
