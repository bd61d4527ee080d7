import type { SqlParameter } from '@aws-sdk/client-rds-data';
import { PermanentError } from '#lib/errors.ts';
import type { Database } from '#lib/stores/data-api.ts';
import { FaultyCalls } from '#test/support/faulty-calls.ts';
import type { Actor } from '../world.ts';

type Row = Readonly<Record<string, unknown>>;

/** What a statement of the sink says about rows with the same key. */
interface Rule {
  /** the key, where the statement names one; otherwise it is `source` */
  readonly key: readonly string[];
  readonly conflict: 'keeps' | 'replaces' | 'none';
  /** the column that decides which row stays */
  readonly higher?: string | undefined;
}

/** PostgreSQL in memory, as far as the sink's statements need it: each statement is atomic. */
export class DatabaseModel {
  readonly rows: Row[] = [];

  attach(actor: Actor): Pick<Database, 'execute'> {
    const calls = new FaultyCalls(actor.network);
    return {
      execute: (sql, parameters = []) => {
        const rows = JSON.parse(textOf(parameters, 'rows')) as Row[];
        const isEach = sql.includes('insert_each');
        const rule = ruleOf(isEach ? textOf(parameters, 'statement') : sql);
        return calls.call(`${isEach ? 'insert each' : 'insert'} of ${rows.length} rows`, () => {
          if (isEach) return { $metadata: {}, records: this.#insertEach(rows, rule) };
          if (rows.some(isBad)) throw new PermanentError('SQLSTATE_22P02', 'refused');
          for (const row of rows) this.#insert(row, rule);
          return { $metadata: {} };
        });
      },
    };
  }

  #insertEach(rows: readonly Row[], rule: Rule) {
    return rows.flatMap((row, i) => {
      if (isBad(row)) return [[{ longValue: i + 1 }, { stringValue: '22P02' }, { stringValue: '' }]];
      this.#insert(row, rule);
      return [];
    });
  }

  #insert(row: Row, { key, conflict, higher }: Rule): void {
    const at = this.rows.findIndex((other) => key.every((column) => other[column] === row[column]));
    if (at < 0 || conflict === 'none') this.rows.push(row);
    else if (conflict === 'replaces' && (!higher || Number(row[higher]) > Number(this.rows[at]?.[higher]))) {
      this.rows[at] = row;
    }
  }
}

const isBad = (row: Row) => row['vehicle_id'] === 'bad' || row['product_id'] === 'bad';
const textOf = (parameters: readonly SqlParameter[], name: string) =>
  parameters.find((parameter) => parameter.name === name)?.value?.stringValue ?? '';

function ruleOf(sql: string): Rule {
  const [, keys] = /ON CONFLICT \(([^)]*)\) DO UPDATE/.exec(sql) ?? [];
  if (keys === undefined)
    return { key: ['source'], conflict: sql.includes('ON CONFLICT DO NOTHING') ? 'keeps' : 'none' };
  const higher = /WHERE EXCLUDED\."(\w+)" > /.exec(sql)?.[1];
  return { key: keys.split(', ').map((column) => column.slice(1, -1)), conflict: 'replaces', higher };
}
