import type { Mutation } from '../system.ts';
import { DELIVERY } from './delivery.ts';

const SINK = 'functions/sinks/opensearch/sink.ts';

/** The safeguards of the sink of OpenSearch. */
export const mutations: readonly Mutation[] = [
  {
    safeguard: 'a document is created only if there is none with its id',
    file: SINK,
    from: '{ create: { _index: index, _id: id } }',
    to: '{ create: { _index: index } }',
  },
  {
    safeguard: 'a document is created, never written over',
    file: SINK,
    from: '{ create: { _index: index, _id: id } },\n      source,\n    ]);',
    to: '{ index: { _index: index, _id: id } },\n      source,\n    ]);',
  },
  {
    safeguard: "a document's id is the identity of the record that it comes from, not its own coordinates",
    file: 'functions/sinks/identity.ts',
    from: 'return usable(record.header(SOURCE)) ?? usable(record.header(ORIGIN)) ?? coordinatesText(record);',
    to: 'return coordinatesText(record);',
  },
  {
    safeguard: 'a document that is there already is no failure',
    file: 'functions/sinks/opensearch/outcome.ts',
    from: 'status === EXISTS || ',
    to: '',
  },
  {
    safeguard: 'a document that was throttled is tried again, or handed back',
    file: SINK,
    from: '        transient ??= error;\n        continue;',
    to: '        waiting.delete(creation);\n        continue;',
  },
  {
    safeguard: 'every document that waits is handed back if the cluster failed',
    file: SINK,
    from: 'return [...rejected, ...[...waiting].map(({ record }) => ({ record, error }))];',
    to: 'return [...rejected, ...[...waiting].slice(1).map(({ record }) => ({ record, error }))];',
  },
  {
    safeguard: 'a refused document becomes a failure, also if others are tried again',
    file: SINK,
    from: 'return [...rejected, ...[...waiting].map',
    to: 'return [...[...waiting].map',
  },
  ...DELIVERY,
];
