/**
 * `npm run check:template` compiles every stage and every variant (`--stages`, `--variants`: only these), and runs
 * cfn-lint and checkov on each template. The metadata of a resource has the checks that checkov skips, with the reason.
 * Exit code 0: no finding; 1: findings, as the tools print them; 2: a tool couldn't run, and a line says why.
 */
import { sideBySide } from '#lib/side-by-side.ts';
import { templateFile } from '../compiled.ts';
import { findingsOf } from './findings.ts';
import { pythonTool } from './python-tool.ts';
import { stageTemplates, templates, variants } from './variants.ts';

interface Tool {
  name: string;
  /** fixed, because a newer version may have new findings */
  version: string;
  arguments: (files: string[]) => string[];
}

const tools: Tool[] = [
  // It has CloudFormation's schemas of 2026-10-20.
  { name: 'cfn-lint', version: '1.58.0', arguments: (files) => ['--regions', 'us-east-1', '--', ...files] },
  {
    name: 'checkov',
    version: '3.3.30',
    arguments: (files) => [
      ...['--framework', 'cloudformation', '--compact', '--quiet', '--skip-download'],
      ...files.flatMap((file) => ['--file', file]),
    ],
  },
];

const chosen = process.argv.includes('--stages')
  ? stageTemplates
  : process.argv.includes('--variants')
    ? variants
    : templates;
const started = performance.now();
const programs = new Map<Tool, string>();
try {
  for (const tool of tools) programs.set(tool, await pythonTool(tool.name, tool.version));
} catch (error) {
  console.error(`template not checked: ${(error as Error).message}`);
  process.exit(2);
}

const files = await sideBySide(Object.values(chosen), 2, ({ stage, params }) => templateFile(stage, params));

const codes = await Promise.all(
  [...programs].map(async ([{ name, version, arguments: list }, program]) => {
    try {
      const environment = { ...process.env, LOG_LEVEL: 'ERROR' }; // for checkov
      const findings = await findingsOf(program, list(files), environment);
      console.log(
        findings || `${name} ${version} has no findings on the templates of ${Object.keys(chosen).join(', ')}`,
      );
      return findings ? 1 : 0;
    } catch (error) {
      console.error(`template not checked: ${(error as Error).message}`);
      return 2;
    }
  }),
);
console.log(`${files.length} templates in ${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exitCode = Math.max(...codes);
