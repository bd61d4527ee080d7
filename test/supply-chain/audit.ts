import { execFile } from 'node:child_process';
import { type Command, EXIT, runCommand } from '#cli/command.ts';
import { auditFindings, type Exception } from './audit-policy.ts';
import { ROOT } from './lock.ts';

/** Empty until an audit has found something that we decide to live with. */
const EXCEPTIONS: readonly Exception[] = [];

const USAGE = `
Usage: npm run audit

Asks the registry for known vulnerabilities of all packages in package-lock.json. The exit code is 1 if there is one of at
least moderate severity without an exception (test/supply-chain/audit.ts), if an exception is over or unneeded, or if the
registry gives no audit, as some mirrors don't.
`;

const audit: Command<Record<never, never>> = {
  name: 'audit',
  usage: USAGE,
  options: {},
  async run() {
    // npm exits with 1 where it finds something: only its output counts.
    const output = await new Promise<string>((resolve) => {
      execFile('npm', ['audit', '--json'], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 }, (_, stdout) => resolve(stdout));
    });
    const findings = auditFindings(output, EXCEPTIONS, new Date().toISOString().slice(0, 10));
    console.log(findings.join('\n') || `no advisory of at least moderate severity; ${EXCEPTIONS.length} exceptions`);
    return findings.length > 0 ? EXIT.failed : EXIT.ok;
  },
};

process.exit(await runCommand(audit));
