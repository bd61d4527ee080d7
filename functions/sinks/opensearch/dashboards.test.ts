import { readFileSync } from 'node:fs';
import { ALERT_INDICES } from './indices.ts';
import { alertsTemplate } from './template.ts';

/** The part of a saved object of OpenSearch Dashboards that these tests read. */
interface SavedObject {
  id: string;
  type: string;
  attributes: Record<string, string> & { kibanaSavedObjectMeta?: { searchSourceJSON: string } };
  references: { name: string; type: string; id: string }[];
}

interface Visualization {
  type: string;
  aggs: { type: string; params: { field?: string } }[];
}

const path = new URL('../../../resources/search/alerts.ndjson', import.meta.url);
const objects = readFileSync(path, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as SavedObject);
const ofType = (type: string) => objects.filter((object) => object.type === type);
const visualizations = ofType('visualization').map(
  ({ attributes: { visState = '' } }) => JSON.parse(visState) as Visualization,
);
const { properties } = alertsTemplate.template.mappings;

test('there are a map, a histogram and a table, on one dashboard', () => {
  expect(visualizations.map(({ type }) => type).toSorted()).toEqual(['histogram', 'table', 'tile_map']);
  const [dashboard] = ofType('dashboard');
  expect(dashboard?.references.map(({ id }) => id).toSorted()).toEqual(
    ofType('visualization')
      .map(({ id }) => id)
      .toSorted(),
  );
});

test('every reference is to an object of the file, and every reference in use is defined', () => {
  for (const { attributes, references } of objects) {
    for (const { type, id } of references) expect(ofType(type).map((object) => object.id)).toContain(id);
    const text = [attributes['panelsJSON'], attributes.kibanaSavedObjectMeta?.searchSourceJSON].join(' ');
    const named = [...text.matchAll(/"(?:panelRefName|indexRefName)":"([^"]+)"/g)].map(([, name = '']) => name);
    expect(named.toSorted()).toEqual(references.map(({ name }) => name).toSorted());
  }
});

test('every field is in the index template, with the type that its use needs', () => {
  const [pattern] = ofType('index-pattern');
  expect(pattern?.attributes).toMatchObject({ title: ALERT_INDICES, timeFieldName: 'eventTime' });
  const types = { terms: 'keyword', date_histogram: 'date', geohash_grid: 'geo_point', max: 'date' };
  for (const { type, params } of visualizations.flatMap(({ aggs }) => aggs)) {
    if (type === 'count') continue;
    const field = params.field as keyof typeof properties;
    expect(properties).toHaveProperty(field);
    expect(properties[field].type).toBe(types[type as keyof typeof types]);
  }
});
