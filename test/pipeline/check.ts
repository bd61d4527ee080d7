import { existsSync, readFileSync } from 'node:fs';
import type { Report } from '#proof/report.ts';
import { type Check, outputChecks, reportChecks } from './checks.ts';

/** The checks of ./test_pipeline.sh after its run: `check.ts EXIT_CODE REPORT OUTPUT`. */
const [status = '', reportFile = '', outputFile = ''] = process.argv.slice(2);

const checks: Check[] = [
  { what: 'the pipeline ran, drained and stopped', holds: status === '0', found: `exit code ${status}` },
  { what: 'nothing is left running', holds: !existsSync('.local/stack.json') && !existsSync('.local/lock') },
  { what: 'it wrote a report', holds: existsSync(reportFile) },
];
const lines = existsSync(outputFile) ? readFileSync(outputFile, 'utf8').split('\n').slice(0, -1) : [];
if (existsSync(reportFile)) {
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  checks.push(...reportChecks(report), ...outputChecks(lines, report));
}
for (const { what, holds, found } of checks) {
  console.log(`${holds ? 'ok    ' : 'FAILED'}  ${what}${found === undefined ? '' : `: ${found}`}`);
}
if (lines.length > 0) console.log(`\nthe last line of ${outputFile}:\n${lines.at(-1)}`);
const failed = checks.filter(({ holds }) => !holds).length;
console.log(failed === 0 ? '\nall checks passed' : `\n${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
