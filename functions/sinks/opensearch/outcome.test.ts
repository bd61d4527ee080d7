import { failureOf } from './outcome.ts';

test.each([201, 200, 409])('%d: the document is in its index', (status) => {
  expect(failureOf({ status })).toBeUndefined();
});

test.each([
  ['mapper_parsing_exception', 'OPENSEARCH_MAPPER_PARSING_EXCEPTION'],
  ['strict_dynamic_mapping_exception', 'OPENSEARCH_STRICT_DYNAMIC_MAPPING_EXCEPTION'],
  ['document_parsing_exception', 'OPENSEARCH_DOCUMENT_PARSING_EXCEPTION'],
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

test('an illegal argument that the document causes is permanent', () => {
  const reason = 'Document contains at least one immense term in field="tripId" (whose UTF-8 encoding is longer)';

  expect(failureOf({ status: 400, error: { type: 'illegal_argument_exception', reason } })).toMatchObject({
    retriable: false,
    code: 'OPENSEARCH_ILLEGAL_ARGUMENT_EXCEPTION',
  });
});

test.each([
  ['this action would add [2] total shards, but this cluster currently has [1000]/[1000] maximum shards open;'],
  ['pipeline with id [nowhere] does not exist'],
  ['no write index is defined for alias [alerts-2026.03]. The write index may be explicitly disabled'],
  ['Limit of total fields [1000] has been exceeded'],
  ['an unknown reason'],
])('any other illegal argument is transient: %s', (reason) => {
  expect(failureOf({ status: 400, error: { type: 'illegal_argument_exception', reason } })).toMatchObject({
    retriable: true,
    code: 'OPENSEARCH_400',
  });
});

test('the message for an unknown reason has nothing that may be a value', () => {
  const reason = `no write index is defined for alias [secret], 'secret', "secret". Preview of field's value: secret`;
  const failure = failureOf({ status: 400, error: { type: 'illegal_argument_exception', reason } });

  expect(failure?.message).toContain('no write index is defined for alias […]');
  expect(failure?.message).not.toContain('secret');
});

test('a type with the name of a property of every object is transient', () => {
  expect(failureOf({ status: 400, error: { type: 'constructor', reason: '' } })).toMatchObject({ retriable: true });
});

test('the message names the field, and leaves out quoted values', () => {
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
