import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Command, EXIT, messageOf, numberOption, runCommand, UsageError } from '#cli/command.ts';
import { streamProgress } from '#local/servers/progress.ts';
import type { Benchmark } from './benchmark.ts';
import { coldStart } from './cold-start/benchmark.ts';
import { comparison } from './comparison.ts';
import { endToEnd } from './end-to-end/benchmark.ts';
import { highestRate } from './end-to-end/highest-rate.ts';
import { handlers } from './handlers/benchmark.ts';
import { kafkaStreams } from './kafka-streams/benchmark.ts';
import { logins } from './logins.ts';
import { type Results, readResults, thisMachine } from './results.ts';
import { sinks } from './sinks/benchmark.ts';
import { hasFailed, tableOf } from './table.ts';

/** To add a benchmark, add a row here, and a section to docs/performance.md. */
export const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  'cold-start': coldStart,
  'end-to-end': endToEnd,
  'highest-rate': highestRate,
  handlers,
  'kafka-streams': kafkaStreams,
  logins,
  sinks,
};

const USAGE = `
Usage: npm run bench -- [NAME…] [options]

Measures parts of this service on this machine, and what they are compared with. Without NAME, runs all benchmarks.
Each figure has several rounds; the median counts. docs/performance.md says what the figures mean.

${Object.entries(BENCHMARKS)
  .map(([name, { what }]) => `  ${name.padEnd(18)}${what}`)
  .join('\n')}

  --json FILE       write all figures to FILE. Figures that FILE already has from other benchmarks stay
  --compare FILE    compare with the figures of an earlier --json, as bench/baseline.json: a figure has changed if
                    the interval of 99 % for the ratio of the medians is above 1.05 or below 0.95
  --scale FACTOR    multiply the usual load by FACTOR, 0.01 to 10 (1)

The exit code is 1 if a result is wrong, if a requirement is missed, or if a figure has changed for the worse.
`;

const OPTIONS = {
  json: { type: 'string' },
  compare: { type: 'string' },
  scale: { type: 'string', default: '1' },
} as const;

export const bench: Command<typeof OPTIONS> = {
  name: 'bench',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    const names = positionals.length > 0 ? [...new Set(positionals)] : Object.keys(BENCHMARKS);
    const unknown = names.find((name) => !Object.hasOwn(BENCHMARKS, name));
    if (unknown !== undefined) {
      throw new UsageError(`"${unknown}" is no benchmark; the benchmarks are ${Object.keys(BENCHMARKS).join(', ')}`);
    }
    const scale = numberOption('scale', values.scale, { min: 0.01, max: 10 });
    const machine = thisMachine();
    const results: Results = { machine, day: new Date().toISOString().slice(0, 10), scale, measured: {} };
    // Read before the measurement, which takes minutes.
    const kept = values.json === undefined ? {} : keptOf(values.json, results);
    const compared = values.compare === undefined ? undefined : comparison(sameScale(values.compare, scale), machine);
    const progress = streamProgress(process.stderr);
    let failed = false;
    for (const [index, name] of names.entries()) {
      progress.line(`${name}: ${index + 1} of ${names.length} benchmarks`);
      try {
        const measured = await (BENCHMARKS[name] as Benchmark).run(scale, signal);
        results.measured[name] = measured;
        console.log(tableOf(name, measured, compared));
        failed ||= hasFailed(name, measured, compared);
      } catch (error) {
        if (!signal.aborted) throw new Error(name, { cause: error });
        throw new Error(`stopped during ${name}${values.json === undefined ? '' : `: ${values.json} is unchanged`}`);
      }
    }
    if (compared !== undefined) for (const note of compared.notes) console.log(`\n${note}`);
    if (values.json !== undefined) {
      const all = { ...results, measured: sorted({ ...kept, ...results.measured }) };
      writeFileSync(values.json, fileText(all));
    }
    return failed ? EXIT.failed : EXIT.ok;
  },
};

/** The figures that a file already has. @throws UsageError if this machine or scale doesn't go with them */
function keptOf(file: string, { machine, scale }: Results): Results['measured'] {
  if (!existsSync(dirname(file))) throw new UsageError(`--json ${file}: there is no folder ${dirname(file)}`);
  if (!existsSync(file)) return {};
  const earlier = fileOf('json', file);
  if (earlier.machine.cpu === machine.cpu && earlier.machine.node === machine.node && earlier.scale === scale) {
    return earlier.measured;
  }
  throw new UsageError(
    `--json ${file} has figures from ${earlier.machine.cpu}, Node ${earlier.machine.node}, --scale ${earlier.scale}: ` +
      'remove it first, because all figures of a file must come from one machine and scale',
  );
}

/** @throws UsageError if the file was measured with another load */
function sameScale(file: string, scale: number): Results {
  const before = fileOf('compare', file);
  if (before.scale === scale) return before;
  throw new UsageError(`--compare ${file} was measured with --scale ${before.scale}: use the same`);
}

function fileOf(option: string, file: string): Results {
  try {
    return readResults(file);
  } catch (error) {
    throw new UsageError(`--${option}: ${messageOf(error)}`);
  }
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON with the rounds of a figure on one line. */
function fileText(results: Results): string {
  const text = JSON.stringify(results, rounded, 1);
  return `${text.replace(/\[[\s\d.,e+-]+\]/g, (rounds) => rounds.replace(/\s+/g, ' '))}\n`;
}

/** Five significant digits are more than the noise leaves. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value;
}

if (import.meta.main) process.exit(await runCommand(bench));
