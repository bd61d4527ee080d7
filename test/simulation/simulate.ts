import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Command, EXIT, numberOption, runCommand, UsageError } from '#cli/command.ts';
import { loadSystem } from './loader.ts';
import { explain, search } from './search.ts';
import type { Mutation } from './system.ts';
import { SYSTEMS } from './systems.ts';

const USAGE = `
Usage: npm run simulate -- [NAME…] [--histories N] [--seed N] [--safeguard TEXT] [--write]

Plays histories of the code on simulated time, network and stores. Workers crash, hang and go on, calls fail before or
after they are done, and two workers have the same records at once. Then it takes out each safeguard, one by one, and
searches a history that fails without it. It ends with code 1 if a history fails, or if a safeguard isn't missed.

  NAME              ${Object.keys(SYSTEMS).join(', ')}; without a name, all of them
  --histories N     how many histories of each system; default: 1000
  --seed N          only the history with this seed, and why it fails: the shortest history that fails as it does
  --safeguard TEXT  without the safeguard that has this text in its description
  --write           measures how many histories each safeguard needs, and writes test/simulation/found.json
`;

const OPTIONS = {
  histories: { type: 'string', default: '1000' },
  seed: { type: 'string' },
  safeguard: { type: 'string' },
  write: { type: 'boolean', default: false },
} as const;

/** A missing safeguard must be found in so many histories. */
const MOST = 10_000;
const FOUND = new URL('found.json', import.meta.url);
/** System -> safeguard -> the first seed, from 1 on, whose history fails without it. */
const known: Record<string, Record<string, number>> = existsSync(FOUND) ? JSON.parse(readFileSync(FOUND, 'utf8')) : {};

const simulate: Command<typeof OPTIONS> = {
  name: 'simulate',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals }) {
    const unknown = positionals.find((name) => SYSTEMS[name] === undefined);
    if (unknown !== undefined) throw new UsageError(`"${unknown}" is none of ${Object.keys(SYSTEMS).join(', ')}`);
    const names = positionals.length > 0 ? positionals : Object.keys(SYSTEMS);
    const histories = numberOption('histories', values.histories, { min: 1 });
    const { seed: text, safeguard, write } = values;
    const seed = text === undefined ? undefined : numberOption('seed', text, { min: 0 });
    let failed = 0;
    for (const name of names) {
      const without = safeguard === undefined ? [] : [mutationOf(name, safeguard)];
      const range = { seed: seed ?? 1, histories: seed === undefined ? histories : 1 };
      failed += await playAll(name, without, range);
      if (seed === undefined && safeguard === undefined) failed += await takeOut(name, write);
    }
    if (write) writeFileSync(FOUND, `${JSON.stringify(known, undefined, 2)}\n`);
    return failed === 0 ? EXIT.ok : EXIT.failed;
  },
};

// The handlers' logs and metrics would hide the results.
Object.assign(process.env, { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' });
process.exit(await runCommand(simulate));

function mutationOf(name: string, text: string): Mutation {
  const found = SYSTEMS[name]?.find(({ safeguard }) => safeguard.includes(text));
  if (found === undefined) throw new UsageError(`no safeguard of ${name} has the text "${text}"`);
  console.log(`${name} without the safeguard: ${found.safeguard}`);
  return found;
}

/** @returns 1 if a history fails */
async function playAll(name: string, without: readonly Mutation[], range: { seed: number; histories: number }) {
  const system = await loadSystem(name, without);
  const cpu = process.cpuUsage();
  const { found, histories } = await search(system, range.seed, range.histories);
  if (found === undefined) {
    const { user } = process.cpuUsage(cpu);
    const rate = Math.round((histories * 60e6) / user);
    console.log(`${name}: ${histories} histories, and nothing fails; ${rate} a minute of one core`);
    return 0;
  }
  console.log(`${name}: the history of seed ${found.seed} fails. The shortest such history:`);
  console.log(await explain(system, found.recorded));
  return 1;
}

/**
 * Takes out each safeguard. It begins at the seed that is known to fail, and searches others only if that one doesn't.
 * @returns how many safeguards aren't missed
 */
async function takeOut(name: string, measures: boolean): Promise<number> {
  let missing = 0;
  const own: Record<string, number> = {};
  for (const mutation of SYSTEMS[name] ?? []) {
    const { safeguard, rare } = mutation;
    if (rare !== undefined) {
      console.log(`  ${'not searched'.padEnd(24)} without: ${safeguard} (${rare})`);
      continue;
    }
    const system = await loadSystem(name, [mutation]);
    const seed = measures ? undefined : known[name]?.[safeguard];
    const hint = seed === undefined ? undefined : (await search(system, seed, 1)).found;
    const { found, histories } = hint ? { found: hint, histories: hint.seed } : await search(system, 1, MOST);
    if (found === undefined) missing += 1;
    else own[safeguard] = histories;
    const result = found ? `found in history ${histories}` : `NOT FOUND in ${histories}`;
    console.log(`  ${result.padEnd(24)} without: ${safeguard}`);
  }
  known[name] = own;
  return missing;
}
