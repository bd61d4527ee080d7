import { checkMachine } from '#local/servers/machine-checks.ts';
import { readStack } from '#local/stack-file.ts';
import { type Command, EXIT, runCommand, UsageError } from './command.ts';

const USAGE = `
Usage: npm run doctor

Checks whether this machine can run the local stack: Node, Java, Maven, memory, disk, ports and the cache of downloads.
It also says whether a stack is running. Each line is ok, warn or fail. A line that isn't ok says how to mend it. The
exit code is 1 if any line is fail.
`;

const doctor: Command<Record<string, never>> = {
  name: 'doctor',
  usage: USAGE,
  options: {},
  async run({ positionals }) {
    if (positionals.length > 0) throw new UsageError(`it takes no argument, not "${positionals[0]}"`);
    const running = await readStack().catch((error: Error) => error);
    const checks = await checkMachine(process.env, running instanceof Error ? undefined : running);
    const stack = running instanceof Error ? running.message : `stage ${running.stage}, process ${running.pid}`;
    const lines = [...checks, { name: 'stack', verdict: 'ok', found: stack }];
    const width = Math.max(...lines.map(({ name }) => name.length));
    for (const { name, verdict, found } of lines) console.log(`${verdict.padEnd(4)}  ${name.padEnd(width)}  ${found}`);
    return checks.some(({ verdict }) => verdict === 'fail') ? EXIT.failed : EXIT.ok;
  },
};

if (import.meta.main) process.exit(await runCommand(doctor));
