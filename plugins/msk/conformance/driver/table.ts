import type { Result } from './run-rows.ts';

/** The results as a table in Markdown. */
export function table(results: readonly Result[]): string {
  const lines = results.map(({ row, invocations, records, differences }) => {
    const got = `${records} records in ${invocations} invocations`;
    return `| ${row.id} | ${row.rule} | ${got} | ${differences.join('; ') || 'as documented'} |`;
  });
  return ['| row | documented | the function got | result |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** The page that compares Lambda with the documented rules, which the plugin follows. */
export function awsPage(results: readonly Result[], { region, day }: { region: string; day: string }): string {
  const different = results.filter(({ differences }) => differences.length > 0);
  return `# Conformance: what AWS did

Written by \`npm run conform -- --stage S --cluster ARN\` on ${day}, in ${region}. Each row is a rule of
[conformance.md](conformance.md). On this machine every row is as documented (\`npm run conform\`).

## Differences

${different.length === 0 ? 'None.' : different.map(section).join('\n\n')}

## All rows

${table(results)}
`;
}

function section({ row, differences }: Result): string {
  return `### ${row.id}: ${row.rule}\n\n${differences.map((difference) => `- ${difference}`).join('\n')}`;
}
