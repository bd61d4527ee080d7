import { execFile } from 'node:child_process';
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import { ROOT } from '#local/stack-file.ts';
import { type Command, runCommand, UsageError } from './command.ts';
import { applyChanges, type Change } from './new/changes.ts';
import { domainChanges } from './new/domain.ts';
import { fieldsOf, KINDS } from './new/fields.ts';
import { checkedName } from './new/names.ts';
import { topicChanges } from './new/topic.ts';

const USAGE = `
Usage: npm run new -- domain NAME [--fields "NAME:KIND,…"]
       npm run new -- topic NAME

domain  a topic NAME whose records a function of its own validates, with their load and their checks in the report:
        valid records go to processed-NAME, the others to NAME-dlq, and all to the archive, the valid ones also to the
        tables of generic records. Without --fields, it asks for the fields.
topic   a topic that is only stored: in the archive and in the tables of generic records.

  --fields  the fields of a record, and the kind of each:
${Object.entries(KINDS)
  .map(([kind, { says }]) => `            ${kind.padEnd(8)} ${says}`)
  .join('\n')}

Example:
  npm run new -- domain payments --fields "payment_id:string,amount:money,timestamp:time"
`;

const OPTIONS = { fields: { type: 'string' } } as const;

const NEXT = {
  domain: (name: string) => [
    `npm test                                           # types, lint, unit tests, the template`,
    `npm start -- --only ${name} --duration 20 --report report.json`,
    'docs/deploy.md: the table of costs, whose figures npx jest test/template/costs tells',
  ],
  topic: (name: string) => [
    `npm start -- --only none      # then: echo hello | npm run produce -- ${name}`,
    'docs/deploy.md: the table of costs, whose figures npx jest test/template/costs tells',
  ],
};

const command: Command<typeof OPTIONS> = {
  name: 'new',
  usage: USAGE,
  options: OPTIONS,
  async run({ values: { fields }, positionals: [what, name, ...more] }) {
    if (what !== 'domain' && what !== 'topic')
      throw new UsageError('give domain or topic, as in: npm run new -- topic parcels');
    if (name === undefined) throw new UsageError(`give the ${what} a name, as in: npm run new -- ${what} parcels`);
    if (more.length > 0) throw new UsageError(`one ${what} at a time, not "${more.join(' ')}" too`);
    checkedName(name);
    if (what === 'topic' && fields !== undefined) throw new UsageError('--fields is for a domain');
    const changes: readonly Change[] =
      what === 'topic' ? topicChanges(name) : domainChanges(name, fieldsOf(fields ?? (await askForFields(name))));
    for (const line of await applyChanges(ROOT, changes)) console.log(line);
    await format(changes.map(({ path }) => path));
    console.log(
      `\nNext:\n${NEXT[what](name)
        .map((line) => `  ${line}`)
        .join('\n')}`,
    );
  },
};

/** Sorts imports and breaks lines, as `npm run lint` wants them. */
async function format(paths: readonly string[]): Promise<void> {
  const files = paths.filter((path) => /\.(ts|json)$/.test(path));
  await promisify(execFile)('biome', ['check', '--write', '--vcs-enabled=false', ...files], { cwd: ROOT });
}

async function askForFields(name: string): Promise<string> {
  if (!stdin.isTTY) throw new UsageError('give --fields, because there is no terminal to ask for them');
  const prompt = createInterface({ input: stdin, output: stdout });
  try {
    return await prompt.question(
      `fields of a record of ${name} (${Object.keys(KINDS).join(', ')}), as id:string,amount:money: `,
    );
  } finally {
    prompt.close();
  }
}

if (import.meta.main) process.exit(await runCommand(command));
