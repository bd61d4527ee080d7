import type { Change } from './changes.ts';
import { type Field, KINDS } from './fields.ts';
import type { DomainNames } from './names.ts';

/** The files of a domain in proof/: its truth and checks, and its load. */
export function proofFiles(names: DomainNames, fields: readonly Field[]): Change[] {
  return [
    { path: `proof/${names.domain}/${names.domain}.ts`, create: domain(names, fields) },
    { path: `proof/${names.domain}/load.ts`, create: load(names, fields) },
  ];
}

/** What a call of a field's function needs to be imported: `text` of `text(256)`. */
const importedBy = (fields: readonly Field[], of: (kind: (typeof KINDS)[Field['kind']]) => string) =>
  [...new Set(fields.map(({ kind }) => of(KINDS[kind]).replace(/\(.*/, '')))].toSorted().join(', ');

function domain(
  { domain: name, camel, pascal, input, processed, deadLetters, handler }: DomainNames,
  fields: readonly Field[],
) {
  return `import { fieldsDomain, type FieldsTypes } from '../fields-domain.ts';
import { ${importedBy(fields, ({ truth }) => truth)} } from '../truth/fields.ts';

export type ${pascal}Types = FieldsTypes<'${input}' | '${processed}' | '${deadLetters}'>;

/** ${input} -> ${processed}: the rules of its fields are stated a second time here, apart from functions/${name}. */
export const ${camel} = fieldsDomain<${pascal}Types['topic']>({
  name: '${name}',
  topics: { input: '${input}', processed: '${processed}', deadLetters: '${deadLetters}' },
  handler: '${handler}',
  fields: {
${fields.map(({ name: field, kind }) => `    ${field}: ${KINDS[kind].truth},`).join('\n')}
  },
});
`;
}

function load({ camel, input }: DomainNames, fields: readonly Field[]) {
  const makers = importedBy(fields, (kind) => kind.load);
  return `import { fieldsLoad, ${makers} } from '../load/fields.ts';

/** The load on ${input}. */
export const ${camel}Load = fieldsLoad({
  topic: '${input}',
  rate: 10,
  fields: {
${fields.map(({ name: field, kind }) => `    ${field}: ${KINDS[kind].load},`).join('\n')}
  },
});
`;
}
