import { failureOf } from './outcome.ts';

test.each([201, 200, 409])('%d: it is there', (status) => {
  expect(failureOf({ status })).toBeUndefined();
});

test.each([
  ['mapper_parsing_exception', 'OPENSEARCH_MAPPER_PARSING_EXCEPTION'],
  ['strict_dynamic_mapping_exception', 'OPENSEARCH_STRICT_DYNAMIC_MAPPING_EXCEPTION'],
  ['document_parsing_exception', 'OPENSEARCH_DOCUMENT_PARSING_EXCEPTION'],
  ['illegal_argument_exception', 'OPENSEARCH_ILLEGAL_ARGUMENT_EXCEPTION'],
])('400 %s is permanent', (type, code) => {
  expect(failureOf({ status: 400, error: { type, reason: 'why' } })).toMatchObject({ retriable: false, code });
});

test.each([
  [400, 'validation_exception'], // e.g. too many shards in the cluster
  [403, 'cluster_block_exception'],
  [404, 'index_not_found_exception'],
  [429, 'rejected_execution_exception'],
  [503, 'unavailable_shards_exception'],
])('%d %s is transient', (status, type) => {
  expect(failureOf({ status, error: { type } })).toMatchObject({ retriable: true, code: `OPENSEARCH_${status}` });
});

test('the reason names the field, and leaves out what it quotes', () => {
  const error = {
    type: 'mapper_parsing_exception',
    reason:
      "failed to parse field [speed] of type [double] in document with id 'x'. Preview of field's value: 'secret'",
    caused_by: { reason: 'For input string: "secret"' },
  };
  const failure = failureOf({ status: 400, error });

  expect(failure?.message).toContain('[speed]');
  expect(failure?.message).not.toContain('secret');
});
