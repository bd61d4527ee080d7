import { type Command, EXIT, runCommand, UsageError } from '#cli/command.ts';
import { type Check, runChecks } from './run-checks.ts';

const SERVERS = { jest: true, env: { SERVERS: '1' } };
/** Tests against a real server of each store, and against Kafka. */
const STORES = ['producer', 'sinks-s3', 'sinks-rds', 'sinks-dynamodb', 'sinks-opensearch'].map(
  (name) => `test/integration/${name}.servers`,
);
/** Runs of `npm start` with a report: all domains with the template of `local`; faults with that of `prod`. */
const WHOLE_RUNS = ['e2e/pipeline', 'e2e/prod'];
/** Runs of `npm start` that may take longer on a busy machine; the others check how soon something ends. */
const PATIENT = ['attach', 'bad-input', 'chaos', 'edit-loop', 'dev', 'invoke', 'metrics', 'new-domain', 'traces'].map(
  (name) => `e2e/${name}`,
);

const MAIN: Record<string, Check> = {
  types: { command: 'npm run --silent types' },
  lint: { command: 'biome check .' },
  promises: { command: 'oxlint --type-aware --deny-warnings' },
  template: { command: 'node test/template/check/check.ts --stages' },
  unit: { command: 'jest --maxWorkers=2 --workerIdleMemoryLimit=1GB', jest: true },
  stores: { command: `jest --maxWorkers=2 ${STORES.join(' ')}`, ...SERVERS },
  runs: { command: `jest --runInBand ${WHOLE_RUNS.join(' ')}`, ...SERVERS, early: true },
};

const OTHERS: Record<string, Check> = {
  simulation: { command: 'node test/simulation/simulate.ts' },
  variants: { command: 'node test/template/check/check.ts --variants' },
  secrets: { command: 'node test/supply-chain/secrets.ts' },
  // More workers than a small machine has cores, because most of the time is waiting for servers to start.
  servers: {
    command: `jest --maxWorkers=3 --workerIdleMemoryLimit=1GB test/integration plugins dashboard --testPathIgnorePatterns ${STORES.join(' ')}`,
    ...SERVERS,
  },
  patient: { command: `jest --runInBand ${PATIENT.join(' ')}`, ...SERVERS, early: true },
  // One after the other: each needs all servers, and checks what is left running.
  alone: {
    command: `jest test/e2e --runInBand --testPathIgnorePatterns ${[...WHOLE_RUNS, ...PATIENT].join(' ')}`,
    ...SERVERS,
  },
};

const USAGE = `
Usage: npm test                        the most important checks: ${Object.keys(MAIN).join(', ')}
       npm run test:full               all others: ${Object.keys(OTHERS).join(', ')}
       npm test -- --only NAME,NAME    only these, of either list

After a failure it continues with the next check. The last line is "N passed, N failed"; the exit code is 1 if a check
failed, and 2 if an argument is wrong. What the checks leave running or behind is removed, also after Ctrl-C.
`;

const OPTIONS = { only: { type: 'string' }, full: { type: 'boolean', default: false } } as const;

const test: Command<typeof OPTIONS> = {
  name: 'test',
  usage: USAGE,
  options: OPTIONS,
  async run({ values: { only, full }, positionals }) {
    if (positionals.length > 0) {
      throw new UsageError(`"${positionals[0]}" is not an option; to run one test: npx jest PATH`);
    }
    const suite = only !== undefined ? { ...MAIN, ...OTHERS } : full ? OTHERS : MAIN;
    const names = only?.split(',') ?? Object.keys(suite);
    const unknown = names.find((name) => suite[name] === undefined);
    if (unknown !== undefined) throw new UsageError(`--only takes ${Object.keys(suite).join(', ')}, not "${unknown}"`);
    const { passed, failed, exitCode } = await runChecks(names.map((name) => ({ name, ...(suite[name] as Check) })));
    return exitCode ?? (failed === 0 && passed > 0 ? EXIT.ok : EXIT.failed);
  },
};

process.exit(await runCommand(test));
