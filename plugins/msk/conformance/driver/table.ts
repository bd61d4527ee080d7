import type { Result } from './run-rows.ts';

/** The results as a table in Markdown. */
export function table(results: readonly Result[]): string {
  const lines = results.map(
    ({ row, invocations, records, differences }) =>
      `| ${row.id} | ${row.rule} | ${records} records in ${invocations} invocations | ${differences.length === 0 ? 'as documented' : differences.join('; ')} |`,
  );
  return ['| row | documented | the function got | result |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
