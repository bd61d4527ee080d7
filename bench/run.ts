import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { type Command, EXIT, numberOption, runCommand, UsageError } from '#cli/command.ts';
import { type Benchmark, type Figure, type Measured, median, misses } from './benchmark.ts';
import { endToEnd } from './end-to-end/benchmark.ts';
import { highestRate } from './end-to-end/highest-rate.ts';
import { handlers } from './handlers/benchmark.ts';
import { kafkaStreams } from './kafka-streams/benchmark.ts';
import { logins } from './logins.ts';
import { sinks } from './sinks/benchmark.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  'end-to-end': endToEnd,
  'highest-rate': highestRate,
  handlers,
  'kafka-streams': kafkaStreams,
  logins,
  sinks,
};

const USAGE = `
Usage: npm run bench -- [NAME…] [options]

Compares parts of this service with other software on this machine. Without NAME, runs all benchmarks. The exit code is
1 if a result is wrong or misses its requirement. Each line has the median and the range of all rounds.

${Object.entries(BENCHMARKS)
  .map(([name, { what }]) => `  ${name.padEnd(18)}${what}`)
  .join('\n')}

  --json FILE       write all figures to FILE
  --scale FACTOR    multiply the usual load by FACTOR, 0.01 to 10 (1)
`;

const OPTIONS = { json: { type: 'string' }, scale: { type: 'string', default: '1' } } as const;

const bench: Command<typeof OPTIONS> = {
  name: 'bench',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
    const unknown = names.find((name) => BENCHMARKS[name] === undefined);
    if (unknown !== undefined) {
      throw new UsageError(`"${unknown}" is no benchmark; the benchmarks are ${Object.keys(BENCHMARKS).join(', ')}`);
    }
    const scale = numberOption('scale', values.scale, { min: 0.01, max: 10 });
    const machine = { cores: availableParallelism(), cpu: cpus()[0]?.model ?? 'unknown', node: process.version };
    const measured: Record<string, Measured> = {};
    for (const name of names) {
      const one = await (BENCHMARKS[name] as Benchmark).run(scale, signal);
      measured[name] = one;
      console.log([`${name}:`, ...one.figures.map(line), ...one.wrong.map((text) => `  WRONG: ${text}`)].join('\n'));
    }
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, scale, measured }, null, 2)}\n`);
    const failed = Object.values(measured).some(({ figures, wrong }) => wrong.length > 0 || figures.some(misses));
    return failed ? EXIT.failed : EXIT.ok;
  },
};

function line(figure: Figure): string {
  const { name, unit, better, rounds, bound } = figure;
  const required = bound === undefined ? '' : `, ${better === 'higher' ? 'at least' : 'at most'} ${shown(bound)}`;
  const verdict = misses(figure) ? 'MISSED' : '';
  const range = `${shown(Math.min(...rounds))}-${shown(Math.max(...rounds))}${required}`;
  return `  ${verdict.padEnd(7)}${name.padEnd(56)} ${shown(median(rounds)).padStart(10)} ${unit} (${range})`;
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

if (import.meta.main) process.exit(await runCommand(bench));
