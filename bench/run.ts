import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { type Command, EXIT, numberOption, runCommand, UsageError } from '#cli/command.ts';
import type { Benchmark } from './benchmark.ts';
import { kafkaStreams } from './kafka-streams/benchmark.ts';
import { logins } from './logins.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  'kafka-streams': kafkaStreams,
  logins,
};

const USAGE = `
Usage: npm run bench -- [NAME…] [options]

Compares parts of this service with other software on this machine. Without NAME, runs all benchmarks. The exit code is
1 if a result is wrong, or slower than the benchmark allows.

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
    const figures: Record<string, object> = {};
    const failures: string[] = [];
    for (const name of names) {
      const measured = await (BENCHMARKS[name] as Benchmark).run(scale, signal);
      figures[name] = measured.figures;
      failures.push(...measured.failures);
      console.log([`${name}:`, ...measured.lines.map((line) => `  ${line}`)].join('\n'));
    }
    for (const failure of failures) console.log(`FAILED: ${failure}`);
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, scale, ...figures }, null, 2)}\n`);
    return failures.length > 0 ? EXIT.failed : EXIT.ok;
  },
};

if (import.meta.main) process.exit(await runCommand(bench));
