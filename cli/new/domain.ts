import { type Change, insert, replaced } from './changes.ts';
import type { Field } from './fields.ts';
import { functionFiles } from './function-files.ts';
import { type DomainNames, domainNames } from './names.ts';
import { proofFiles } from './proof-files.ts';
import { declareTopics, type NewTopic } from './topic.ts';

/** The changes for a domain. @throws UsageError */
export function domainChanges(name: string, fields: readonly Field[]): Change[] {
  const names = domainNames(name);
  return [
    ...functionFiles(names, fields),
    ...proofFiles(names, fields),
    ...declareTopics(topicsOf(names)),
    ...rows(names),
  ];
}

function topicsOf({ domain, input, processed, deadLetters }: DomainNames): NewTopic[] {
  return [
    {
      name: input,
      configs: 'source',
      route: `...archivedOnly, holds: '${domain} as sent', deadLetterTopic: '${deadLetters}'`,
      stored: false,
    },
    {
      name: deadLetters,
      configs: 'deadLetter',
      route: `...archivedOnly, holds: 'dead letters of ${domain}', deadLetterTopic: null`,
      stored: false,
    },
    {
      name: processed,
      configs: 'processed',
      route: `holds: 'valid ${domain}', deadLetterTopic: '${deadLetters}', trusted: true, rds: 'records', dynamodb: ['records']`,
      stored: true,
    },
  ];
}

/** Its rows in the tables of domains and of their loads. */
function rows({ domain, camel }: DomainNames): Change[] {
  const key = domain === camel ? '' : `'${domain}': `;
  return [
    {
      path: 'proof/domains.ts',
      edit(text) {
        const imported = insert(text, 'after', /^import /, `import { ${camel} } from './${domain}/${domain}.ts';`);
        return replaced(imported, /^(export const DOMAINS = \{.*) \};$/m, `$1, ${key}${camel} };`);
      },
    },
    {
      path: 'cli/run/domains.ts',
      edit(text) {
        const imported = insert(text, 'after', /^import /, `import { ${camel}Load } from '#proof/${domain}/load.ts';`);
        return insert(imported, 'before', /^\} satisfies Record</, `  '${domain}': ${camel}Load,`);
      },
    },
  ];
}
