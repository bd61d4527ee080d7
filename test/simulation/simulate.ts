import { type Command, EXIT, numberOption, runCommand, UsageError } from '#cli/command.ts';
import { loadSystem } from './loader.ts';
import { explain, search } from './search.ts';
import { SYSTEMS } from './systems.ts';

const USAGE = `
Usage: npm run simulate -- [NAME…] [--histories N] [--seed N]

Plays histories of the code on simulated time, network and stores. Workers crash, hang and go on, calls fail before or
after they are done, and two workers have the same records at once. Then it takes out each safeguard, one by one, and
searches a history that fails without it. It ends with code 1 if a history fails, or if a safeguard isn't missed.

  NAME            ${Object.keys(SYSTEMS).join(', ')}; without a name, all of them
  --histories N   how many histories of each system (default: 2000), and the most for each safeguard
  --seed N        only the history with this seed, and why it fails: the shortest history that fails as it does
  --safeguard TEXT  with the safeguard taken out that has this text in its description
`;

const OPTIONS = {
  histories: { type: 'string', default: '2000' },
  seed: { type: 'string' },
  safeguard: { type: 'string' },
} as const;

const simulate: Command<typeof OPTIONS> = {
  name: 'simulate',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals }) {
    const unknown = positionals.find((name) => SYSTEMS[name] === undefined);
    if (unknown !== undefined) throw new UsageError(`"${unknown}" is none of ${Object.keys(SYSTEMS).join(', ')}`);
    const names = positionals.length > 0 ? positionals : Object.keys(SYSTEMS);
    const histories = numberOption('histories', values.histories, { min: 1 });
    const seed = values.seed === undefined ? undefined : numberOption('seed', values.seed, { min: 0 });
    let failed = 0;
    for (const name of names) {
      if (seed === undefined && values.safeguard === undefined) failed += await searchAll(name, histories);
      else failed += await searchOne(name, { seed: seed ?? 1, histories: seed === undefined ? histories : 1 }, values);
    }
    return failed === 0 ? EXIT.ok : EXIT.failed;
  },
};

// The handlers' logs and metrics would hide the results.
Object.assign(process.env, { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' });
process.exit(await runCommand(simulate));

async function searchOne(name: string, { seed, histories }: { seed: number; histories: number }, values: Values) {
  const mutations = SYSTEMS[name] ?? [];
  const text = values.safeguard;
  const out = text === undefined ? [] : mutations.filter(({ safeguard }) => safeguard.includes(text)).slice(0, 1);
  if (text !== undefined && out.length === 0) throw new UsageError(`no safeguard of ${name} has the text "${text}"`);
  for (const { safeguard } of out) console.log(`${name} without the safeguard: ${safeguard}`);
  const system = await loadSystem(name, out);
  const { found, ...played } = await search(system, seed, histories);
  if (found === undefined) console.log(`${name}: ${played.histories} histories, and nothing fails`);
  else console.log(`${name}: the history of seed ${found.seed} fails. The shortest such history:`);
  if (found !== undefined) console.log(await explain(system, found.recorded));
  return found === undefined ? 0 : 1;
}

/** @returns how many searches had another result than they should have */
async function searchAll(name: string, histories: number): Promise<number> {
  let failed = await searchOne(name, { seed: 1, histories }, {});
  for (const mutation of SYSTEMS[name] ?? []) {
    const { found, ...played } = await search(await loadSystem(name, [mutation]), 1, histories);
    if (found === undefined) failed += 1;
    const result = found ? `found after ${played.histories}` : `NOT FOUND in ${played.histories}`;
    console.log(`  ${result.padEnd(20)} without: ${mutation.safeguard}`);
  }
  return failed;
}

interface Values {
  readonly safeguard?: string | undefined;
}
