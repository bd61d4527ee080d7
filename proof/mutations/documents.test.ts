import { at, drop, type Mutation, testMutations, twice } from './mutation.fixture.ts';

const PLACE = 'opensearch alerts';
const INDEX = 3;

const mutations: Mutation[] = [
  ['a missing document', PLACE, 'lost', ({ opensearch }) => drop(opensearch, INDEX)],
  ['a document in two indices', PLACE, 'duplicated', ({ opensearch }) => twice(opensearch, INDEX)],
  [
    'a document without an alert',
    PLACE,
    'unexpected',
    ({ opensearch }) => {
      opensearch.push({ ...at(opensearch, INDEX), id: 'raw-data-topic-0-9999/Speeding' });
    },
  ],
  [
    'a document in the index of another month',
    PLACE,
    'different',
    ({ opensearch }) => {
      at(opensearch, INDEX).index = 'alerts-2026.10';
    },
  ],
  ...Object.entries({
    source: 'raw-data-topic-0-9999/Speeding',
    vehicleId: 'V99',
    alert: 'Other',
    eventTime: '2026-11-21T07:00:00.000Z',
    location: { lat: 10.5, lon: 99 },
    tripId: 'T99',
    threshold: 1,
    more: 1,
  }).map(
    ([field, value]): Mutation => [
      `another ${field} in a document`,
      PLACE,
      'different',
      ({ opensearch }) => {
        Object.assign(at(opensearch, INDEX).source, { [field]: value });
      },
    ],
  ),
  [
    'a document without its location',
    PLACE,
    'different',
    ({ opensearch }) => {
      delete at(opensearch, INDEX).source['location'];
    },
  ],
];

testMutations('OpenSearch', mutations);
