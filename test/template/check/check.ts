import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, EXIT, runCommand, UsageError } from '#cli/command.ts';
import { sideBySide } from '#lib/side-by-side.ts';
import { templateFile } from '../compiled.ts';
import { conformanceTemplate } from './conformance.ts';
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

const USAGE = `
Usage: npm run check:template [-- --stages | --variants]

Compiles every stage and every variant, and runs cfn-lint and checkov on each template. Prints the findings; the exit
code is 1 if there are any, or if a tool couldn't run. The metadata of a resource has the checks that checkov skips,
with the reason.

  --stages     only the stages
  --variants   only the variants
`;

const OPTIONS = {
  stages: { type: 'boolean', default: false },
  variants: { type: 'boolean', default: false },
} as const;

const check: Command<typeof OPTIONS> = {
  name: 'check:template',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not an option`);
    const started = performance.now();
    const chosen = values.stages === values.variants ? templates : values.stages ? stageTemplates : variants;
    // First, so that a machine without Python learns it at once.
    const programs: string[] = [];
    for (const { name, version } of tools) programs.push(await pythonTool(name, version));
    const files = await sideBySide(Object.values(chosen), 2, ({ stage, params }) => templateFile(stage, params));
    const found = await Promise.all(
      tools.map(async ({ name, version, arguments: list }, at) => {
        const environment = { ...process.env, LOG_LEVEL: 'ERROR' }; // for checkov
        const findings = await findingsOf(programs[at] as string, list(files), environment);
        console.log(
          findings || `${name} ${version} has no findings on the templates of ${Object.keys(chosen).join('; ')}`,
        );
        return findings !== '';
      }),
    );
    if (chosen !== stageTemplates) found.push(await conformance(programs[0] as string));
    console.log(`${files.length} templates in ${((performance.now() - started) / 1000).toFixed(0)} s`);
    return found.includes(true) ? EXIT.failed : EXIT.ok;
  },
};

/** The plugin's conformance service lives for an hour beside a cluster, so checkov's rules for a service don't apply. */
async function conformance(cfnLint: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const findings = await findingsOf(cfnLint, tools[0]?.arguments([await conformanceTemplate(folder)]) ?? []);
    console.log(findings || 'cfn-lint has no findings on the template of plugins/msk/conformance');
    return findings !== '';
  } finally {
    await rm(folder, { recursive: true });
  }
}

process.exit(await runCommand(check));
