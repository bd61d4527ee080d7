/** `npx node test/template/aws-rules.ts` writes docs/aws-rules.md. aws-rules.test.ts fails if the page is outdated. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { templates } from './check/variants.ts';
import { groups } from './rules/all.ts';

const service = join(import.meta.dirname, '..', '..');
export const file = join(service, 'docs', 'aws-rules.md');

const count = Object.keys(templates).length;
const head = `# Which rules of AWS does the template keep, beyond cfn-lint?

This template was never deployed. Tests on the compiled template find what AWS would reject, and what AWS would accept
but not do. cfn-lint and checkov (\`npm run check:template\`) check the schemas. Below are the rules that they don't
check, each with its source and its test. A source is a page of AWS's documentation (guide and title), or our own page
that explains the decision.

Each rule has two tests in [rules.test.ts](../test/template/rules.test.ts). The first checks the rule on ${count} templates:
the stages, and variants that cover each choice. The second breaks prod's template, and expects that the rule finds it.
Further tests compare the templates with the costs and lists in docs (\`costs.test.ts\`, \`documents.test.ts\`), the roles
with the code in the bundles (\`grants.test.ts\`), and check that data is kept (\`kept-data.test.ts\`).

\`npx node test/template/aws-rules.ts\` writes this page.
`;

const cell = (text: string) => text.replaceAll('|', '\\|');

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
