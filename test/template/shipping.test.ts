import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/**
 * The files of observability/shipping, as far as they can be checked without Fluent Bit and Dashboards: neither of them
 * runs in a test.
 */
const read = (name: string) =>
  readFileSync(join(import.meta.dirname, '..', '..', 'observability', 'shipping', name), 'utf8');

interface Plugin {
  name: string;
  match?: string;
  tag?: string;
  parser?: string;
  regex?: string;
  remove_key?: string[];
  logstash_prefix?: string;
}

const { parsers, pipeline } = parse(read('fluent-bit.yaml')) as {
  parsers: { name: string; format: string; time_key: string }[];
  pipeline: Record<'inputs' | 'filters' | 'outputs', Plugin[]>;
};
const template = JSON.parse(read('index-template.json')) as {
  index_patterns: string[];
  template: { mappings: { properties: Record<string, { type: string }> } };
};
const objects = read('saved-searches.ndjson')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
const fields = Object.keys(template.template.mappings.properties);

/** A log line and a line of metrics, as lib/observability writes them; its own tests hold the names. */
const LINE = { '@timestamp': 't', 'service.name': 'f', service: 'f', level: 'WARN', 'log.level': 'warn', message: 'm' };
const METRICS = { _aws: {}, service: 'f', Records: 1 };

test('Fluent Bit keeps log lines, and leaves out metrics', () => {
  const [, field = '', pattern = ''] = /^(\S+) (.+)$/.exec(pipeline.filters[0]?.regex ?? '') ?? [];
  const isKept = (line: object) =>
    Object.entries(line).some(([name, value]) => name === field && new RegExp(pattern).test(JSON.stringify(value)));

  expect(pipeline.filters[0]?.name).toBe('grep');
  expect([isKept(LINE), isKept(METRICS)]).toEqual([true, false]);
});

test('after Fluent Bit no field of a line is a text and an object', () => {
  const removed = pipeline.filters.flatMap(({ remove_key = [] }) => remove_key);
  const names = Object.keys(LINE).filter((name) => !removed.includes(name));

  expect(names.filter((name) => names.some((other) => other.startsWith(`${name}.`)))).toEqual([]);
  expect(removed.filter((name) => fields.includes(name))).toEqual([]);
});

test('the parts of the configuration of Fluent Bit fit together', () => {
  const [input] = pipeline.inputs;
  const { filters, outputs } = pipeline;

  expect(parsers.map(({ name }) => name)).toEqual([input?.parser]);
  expect([...filters, ...outputs].map(({ match }) => match)).toEqual([...filters, ...outputs].map(() => input?.tag));
  expect(template.index_patterns).toEqual(outputs.map(({ logstash_prefix }) => `${logstash_prefix}-*`));
});

test('the saved searches use the index pattern and fields of the index template', () => {
  const [pattern, ...searches] = objects;
  expect(pattern).toMatchObject({ type: 'index-pattern', attributes: { timeFieldName: '@timestamp' } });
  expect([pattern.attributes.title]).toEqual(template.index_patterns);
  expect(searches.length).toBeGreaterThan(0);
  for (const { type, attributes, references } of searches) {
    expect(type).toBe('search');
    expect(references.map((reference: { id: string }) => reference.id)).toEqual([pattern.id]);
    const { query } = JSON.parse(attributes.kibanaSavedObjectMeta.searchSourceJSON).query;
    const queried = [...query.matchAll(/([\w.@]+) :/g)].map(([, name]) => name);
    expect(queried.length).toBeGreaterThan(0);
    expect(fields).toEqual(expect.arrayContaining([...queried, ...attributes.columns]));
  }
});
