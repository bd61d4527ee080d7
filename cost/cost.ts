import { type Command, numberOption, runCommand, UsageError } from '#cli/command.ts';
import { plainTemplate } from '#test/template/compiled.ts';
import { byGroup, DOMAINS, type Domain, runningAt, total, usesOfAMillion, withSettings } from './domain.ts';
import { loadsOf } from './limits.ts';
import { peersOf } from './peers.ts';
import { PRICES_OF, SECONDS_A_MONTH } from './prices.ts';
import { pricedOf, readMeasured } from './stage.ts';
import { amount, loadText, percent, planRows, textTable } from './text.ts';

const USAGE = `
Usage: npm run cost -- [options]

Computes what a domain costs on AWS at a rate, and which limit breaks first. It takes what the functions used in a
measured run (cost/measured.json), the settings of the stage's template, and list prices of ${PRICES_OF}, us-east-1
(cost/prices.ts). docs/cost.md explains the arithmetic and its uncertainty. Defaults are in (…).

  --domain NAME   ${Object.keys(DOMAINS).join(', ')} (fleet)
  --rate R        records per second of the domain's input (1000)
  --stage NAME    dev or prod (prod)
  --memory MB     of every function (as in the template)
  --window S      of the mappings that have a batching window (as in the template)
`;

const OPTIONS = {
  domain: { type: 'string', default: 'fleet' },
  rate: { type: 'string', default: '1000' },
  stage: { type: 'string', default: 'prod' },
  memory: { type: 'string' },
  window: { type: 'string' },
} as const;

export const cost: Command<typeof OPTIONS> = {
  name: 'cost',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not an option`);
    const rate = numberOption('rate', values.rate, { min: 0.01, max: 10_000_000 });
    const domain = oneOf('domain', values.domain, Object.keys(DOMAINS) as Domain[]);
    const name = oneOf('stage', values.stage, ['dev', 'prod'] as const);
    const { stage: deployed, limits, idle } = pricedOf(name, await plainTemplate(name), readMeasured().mappings);
    const stage = withSettings(deployed, {
      ...(values.memory !== undefined && {
        memoryMb: numberOption('memory', values.memory, { min: 128, max: 10_240, integer: true }),
      }),
      ...(values.window !== undefined && {
        windowSeconds: numberOption('window', values.window, { min: 1, max: 300, integer: true }),
      }),
    });
    const groups = byGroup(usesOfAMillion(stage, domain, rate));
    const million = total(groups);
    const monthly = (million * rate * SECONDS_A_MONTH) / 1e6;
    const lines = [
      `${domain}, ${rate} records/s, stage ${name}, in USD`,
      '',
      textTable(
        ['by traffic', 'a million records', 'a month'],
        [...Object.entries(groups), ['together', million] as const].map(([group, usd]) => [
          group,
          amount(usd),
          amount((usd / million) * monthly),
        ]),
      ),
      '',
      `the stage itself, idle: about ${amount(idle)} a month, and OpenSearch in prod (docs/deploy.md)`,
      '',
      'Limits as deployed, the next to break first:',
      ...loadsOf(runningAt(stage, domain, rate, false), limits)
        .slice(0, 5)
        .map((load) => `  ${percent(load.used / load.limit).padStart(6)}  ${loadText(load)}`),
      '',
      'What this rate needs:',
      textTable(
        ['function', 'topic', 'partitions', 'pollers', 'records in a batch', 'ms', 'at once'],
        planRows(stage, domain, rate),
      ),
      '',
      'The same parts elsewhere, USD a month:',
      textTable(
        ['part', 'here', 'there', 'USD', 'arithmetic'],
        peersOf(stage, domain, rate).map(({ job, here, peer, peerUsd, arithmetic }) => [
          job,
          amount(here),
          peer,
          amount(peerUsd),
          arithmetic,
        ]),
      ),
    ];
    console.log(lines.join('\n'));
  },
};

function oneOf<T extends string>(option: string, value: string, all: readonly T[]): T {
  const found = all.find((each) => each === value);
  if (found === undefined) throw new UsageError(`--${option} takes ${all.join(' or ')}, not "${value}"`);
  return found;
}

if (import.meta.main) process.exit(await runCommand(cost));
