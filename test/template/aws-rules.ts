/**
 * `node test/template/aws-rules.ts`: writes docs/aws-rules.md from the rules. aws-rules.test.ts fails where the page is
 * another one than this gives.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { templates } from './check/variants.ts';
import { groups } from './rules/all.ts';

const service = join(import.meta.dirname, '..', '..');
export const file = join(service, 'docs', 'aws-rules.md');

const head = `# Which rules of AWS does the template hold to, beyond cfn-lint?

Nothing here was ever deployed. What AWS would refuse, and what it would take and not do, is held by rules on the
compiled template instead. cfn-lint and checkov (\`npm run check:template\`) know the schemas; below is what they don't
know: each rule with its source and its test. Pages are of AWS's documentation, by guide and title; where it is our own
decision, our page says why.

Each rule is two tests of [rules.test.ts](../test/template/rules.test.ts): it holds on each of ${Object.keys(templates).length} templates (the stages,
and a variant for each choice), and it finds prod's template wrong once that is spoilt. Sums of money and other pages are
held to the templates by \`costs.test.ts\` and \`documents.test.ts\`; what roles allow, to the bundles' own code by
\`grants.test.ts\`; what is kept, by \`kept-data.test.ts\`.

This page is made by \`node test/template/aws-rules.ts\`.
`;

const cell = (text: string) => text.replaceAll('|', '\\|');

/** The page's text. */
export function page(): string {
  const tables = Object.entries(groups).map(([title, rules]) => {
    const rows = rules.map(
      ({ name, source }) => `| ${cell(name)} | ${cell(source)} | \`rules.test.ts\`: ${cell(name)} |`,
    );
    return `## ${title}\n\n| rule | source | test |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [head, ...tables].join('\n');
}

if (import.meta.main) await writeFile(file, page());
