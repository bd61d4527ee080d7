import { UsageError } from '../command.ts';

/** What a field may hold, and how the three statements of it are written: schema, truth, load. */
interface Kind {
  /** one line for `--help` */
  says: string;
  /** the zod schema, for functions/ */
  schema: string;
  /** the function of proof/truth/fields.ts that says the same */
  truth: string;
  /** the function of proof/load/fields.ts that makes one */
  load: string;
  /** a good value for a sample, and one that breaks the schema */
  good: unknown;
  bad: unknown;
}

/** A kind of field is a row. */
export const KINDS = {
  string: {
    says: '1 to 256 characters, no control characters',
    schema: 'identifier(256)',
    truth: 'text(256)',
    load: 'text',
    good: 'A-1',
    bad: '',
  },
  number: { says: 'any number', schema: 'z.number()', truth: 'number', load: 'number', good: 1.5, bad: 'many' },
  integer: { says: 'a whole number', schema: 'z.int()', truth: 'integer', load: 'integer', good: 3, bad: 1.5 },
  boolean: { says: 'true or false', schema: 'z.boolean()', truth: 'boolean', load: 'boolean', good: true, bad: 'yes' },
  money: {
    says: '0 to 10,000,000 with at most two decimals',
    schema: 'money',
    truth: 'money',
    load: 'money',
    good: 12.5,
    bad: 0.001,
  },
  time: {
    says: 'ISO 8601 with a zone; not later than the record',
    schema: 'isoTime',
    truth: 'time',
    load: 'time',
    good: '2025-01-15T10:00:00Z',
    bad: 'yesterday',
  },
} as const satisfies Record<string, Kind>;

export interface Field {
  name: string;
  kind: keyof typeof KINDS;
}

const NAME = /^[a-z][a-zA-Z0-9_]{0,63}$/;

/**
 * The fields of `--fields "order_id:string,amount:money"`, in their order.
 * @throws UsageError that names the field at fault
 */
export function fieldsOf(text: string): Field[] {
  const fields = text.split(',').map((part): Field => {
    const [name = '', kind = '', ...more] = part.trim().split(':');
    if (!NAME.test(name) || more.length > 0)
      throw new UsageError(`--fields takes NAME:KIND with a name of letters, digits and _, not "${part.trim()}"`);
    if (!Object.hasOwn(KINDS, kind))
      throw new UsageError(`field ${name}: the kind is one of ${Object.keys(KINDS).join(', ')}, not "${kind}"`);
    return { name, kind: kind as Field['kind'] };
  });
  const twice = fields.find(({ name }, at) => fields.findIndex((other) => other.name === name) < at);
  if (twice) throw new UsageError(`--fields names ${twice.name} twice`);
  return fields;
}
