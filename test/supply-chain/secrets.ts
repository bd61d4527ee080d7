import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Command, EXIT, runCommand } from '#cli/command.ts';
import { pythonTool } from '../template/check/python-tool.ts';
import { ROOT } from './lock.ts';

/** Findings that are no secrets, and why. */
const KNOWN: readonly { files: RegExp; type: RegExp; why: string }[] = [
  { files: /^events\//, type: /Base64/, why: 'the values of invented records' },
  {
    files: /\.test\.ts$|^test\/|^bench\/|\/test\//,
    type: /Keyword|Basic Auth|AWS|High Entropy/,
    why: 'invented, for a test',
  },
  { files: /^local\//, type: /Keyword|Basic Auth/, why: 'the password of a local server, which only loopback reaches' },
  { files: /^package\.json$/, type: /Keyword/, why: 'the name of this command' },
  { files: /\.yml$/, type: /Keyword/, why: 'a reference to a secret, by its name or ARN' },
  { files: /^resources\/choices\/kafka-users\.ts$/, type: /Keyword/, why: 'the name of a variable that holds an ARN' },
];

const USAGE = `
Usage: npm run secrets

Looks for secrets in all tracked files, by form and by entropy (detect-secrets, from PyPI; needs python3). The exit code is
1 if there is a finding that test/supply-chain/secrets.ts doesn't explain.
`;

interface Scan {
  results: Record<string, { type: string; line_number: number }[]>;
}

const secrets: Command<Record<never, never>> = {
  name: 'secrets',
  usage: USAGE,
  options: {},
  async run() {
    const program = await pythonTool('detect-secrets', '1.5.0');
    // The lock file's checksums would be thousands of findings.
    const args = ['scan', '--exclude-files', '^package-lock\\.json$'];
    const { stdout } = await promisify(execFile)(program, args, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
    const all = Object.entries((JSON.parse(stdout) as Scan).results).flatMap(([file, each]) =>
      each.map(({ type, line_number: line }) => ({ file, type, line })),
    );
    const isKnown = ({ file, type }: { file: string; type: string }) =>
      KNOWN.some((known) => known.files.test(file) && known.type.test(type));
    const findings = all.filter((each) => !isKnown(each));
    for (const { file, line, type } of findings) console.log(`${file}:${line}: ${type}`);
    console.log(`${findings.length} findings; ${all.length - findings.length} more are explained`);
    return findings.length > 0 ? EXIT.failed : EXIT.ok;
  },
};

process.exit(await runCommand(secrets));
