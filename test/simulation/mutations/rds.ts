import type { Mutation } from '../system.ts';
import { DELIVERY } from './delivery.ts';

const SINK = 'functions/sinks/rds/sink.ts';
const STATEMENT = 'functions/sinks/rds/statement.ts';

/** The safeguards of the sink of PostgreSQL. */
export const mutations: readonly Mutation[] = [
  {
    safeguard: 'a row whose key is there stays unchanged (ON CONFLICT DO NOTHING)',
    file: STATEMENT,
    from: ' ON CONFLICT DO NOTHING`;',
    to: '`;',
  },
  {
    safeguard: 'a row replaces only one with fewer orders',
    file: STATEMENT,
    from: `\`WHERE EXCLUDED."\${higher}" > \${name}."\${higher}"\``,
    to: "''",
  },
  {
    safeguard: "a row's key is the identity of the record that it comes from, not its own coordinates",
    file: 'functions/sinks/identity.ts',
    from: 'return usable(record.header(SOURCE)) ?? usable(record.header(ORIGIN)) ?? coordinatesText(record);',
    to: 'return coordinatesText(record);',
  },
  {
    safeguard: 'rows are tried again, or handed back, if the database failed',
    file: SINK,
    from: 'if (error.retriable || rows.length === 1) return rows.map(({ record }) => ({ record, error }));',
    to: 'if (error.retriable) return [];\n        if (rows.length === 1) return rows.map(({ record }) => ({ record, error }));',
  },
  {
    safeguard: 'rows are handed back if the statement for each row failed',
    file: SINK,
    from: 'if (error.retriable) return rows.map(({ record }) => ({ record, error }));\n      }\n      const half',
    to: 'if (error.retriable) return [];\n      }\n      const half',
  },
  {
    safeguard: 'a refused statement is repeated row by row, so that only the bad rows fail',
    file: SINK,
    from: 'if (error.retriable || rows.length === 1) return',
    to: 'if (error) return',
  },
  {
    safeguard: 'each bad row that the database reports becomes a failure',
    file: SINK,
    from: 'return rejected.map((row) => rejection(rows, row));',
    to: 'return rejected.slice(1).map((row) => rejection(rows, row));',
  },
  ...DELIVERY,
];
