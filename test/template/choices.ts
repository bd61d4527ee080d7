import { parse, parseDocument } from 'yaml';
import type { Params } from './compiled.ts';

/** Values of params, by name, for which the template has a branch of its own: one, or two that meet there. */
export type Choice = Params;

/** Of a param that may be left out (`${param:name, null}`). */
const GIVEN = '(given)';
const LEFT_OUT = '(left out)';

/** `custom.egress.${param:egress}`, `custom.search.${param:search}.functions` */
const LOOKUP = /custom\.(\w+)((?:\.\$\{param:\w+\})+)((?:\.\w+)*)/;
const PARAM = /\$\{param:(\w+)\}/g;
const OPTIONAL = /\$\{param:(\w+), null\}/g;
const FILE = /\$\{file\(([^()]+)\)\}/g;

/**
 * The choices that serverless.yml leaves to whoever deploys: keys of a table of `custom` that a param picks from, files
 * that a param names, and params that may be left out. What a file that is picked chooses from is a choice of two. A
 * value that is written through as it is, is none.
 * @param files texts of serverless.yml and all that it may be made of, by path
 */
export function choicesOf(files: ReadonlyMap<string, string>): Choice[] {
  const custom = parseDocument(files.get('serverless.yml') ?? '', { logLevel: 'silent' }).toJS().custom;
  const found = new Map<string, Choice>();
  const add = (choice: Choice) => {
    if ([1, 2].includes(Object.keys(choice).length)) found.set(JSON.stringify(choice), choice);
  };

  /** Its entries by the params that pick them, without those that the given choice rules out. */
  function picked([, name = '', keys = '', path = '']: RegExpExecArray, given: Choice): [Choice, unknown][] {
    const [, file] = /^\$\{file\((.*)\)\}$/.exec(String(custom[name])) ?? [];
    const table: unknown = file ? parse(files.get(file) ?? '', { logLevel: 'silent' }) : custom[name];
    const params = [...keys.matchAll(PARAM)].map(([, param = '']) => param);
    const rows = params.reduce<[Choice, unknown][]>(
      (all, param) =>
        all.flatMap(([choice, value]) =>
          Object.entries(value as object)
            .filter(([key]) => (choice[param] ?? key) === key)
            .map(([key, below]): [Choice, unknown] => [{ ...choice, [param]: key }, below]),
        ),
      [[given, table]],
    );
    const below = path.split('.').slice(1);
    return rows.map(([choice, value]) => [choice, below.reduce((at, key) => at?.[key as keyof typeof at], value)]);
  }

  /** The files that a name with variables in it stands for. */
  function named(name: string, given: Choice): [Choice, string][] {
    const lookup = LOOKUP.exec(name);
    if (lookup) {
      const variable = `\${self:${lookup[0]}}`;
      return picked(lookup, given).flatMap(([choice, value]) => named(name.replace(variable, String(value)), choice));
    }
    const pattern = new RegExp(`^${name.replace(PARAM, '(?<$1>[^/]+)')}$`);
    return [...files.keys()].flatMap((path) => {
      const match = pattern.exec(path);
      const values = Object.entries({ ...match?.groups });
      const open = match && values.every(([param, value]) => (given[param] ?? value) === value);
      return open ? [[{ ...given, ...Object.fromEntries(values) }, path] as [Choice, string]] : [];
    });
  }

  function read(path: string, given: Choice): void {
    const text = files.get(path) ?? '';
    for (const [, param = ''] of text.matchAll(OPTIONAL))
      for (const value of [GIVEN, LEFT_OUT]) add({ [param]: value });
    for (const lookup of text.matchAll(new RegExp(LOOKUP, 'g'))) {
      for (const [choice] of picked(lookup, given)) add(choice);
    }
    for (const [, name = ''] of text.matchAll(FILE)) {
      for (const [choice, file] of named(name, given)) {
        add(choice);
        read(file, choice);
      }
    }
  }

  read('serverless.yml', {});
  return [...found.values()];
}

/** Whether a template with these params goes that way. */
export function takes(params: Readonly<Record<string, unknown>>, choice: Choice): boolean {
  return Object.entries(choice).every(([name, value]) => {
    const own = params[name] === undefined ? LEFT_OUT : GIVEN;
    return value === own || value === String(params[name]);
  });
}
