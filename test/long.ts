import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, EXIT, runCommand, UsageError } from '#cli/command.ts';
import type { Report } from '#proof/report.ts';

/** A run of `npm start`, with a report that must be ok and pass the checks of its row. */
interface Run {
  what: string;
  args: string;
  holds: Holds;
}
type Holds = Record<string, (report: Report) => boolean>;

/** A command that must exit with code 0. */
interface Program {
  what: string;
  command: string;
}

const PROOFS: Record<string, Run | Program> = {
  fleet: {
    what: 'one minute of 200 vehicles: each record is in its stores',
    args: '--only fleet --duration 60 --vehicles 200',
    holds: {},
  },
  rate: {
    what: '1,000 readings a second from a cold start: lag and the latency of alerts',
    args: '--only fleet --duration 60 --vehicles 200 --rate 1000',
    holds: {
      ...bounds({ alertP50: 60, alertP99: 500, lag: 5_000 }),
      'searchable p95 <= 2 s': ({ latencyMs }) => (latencyMs.opensearch?.p95 ?? Number.POSITIVE_INFINITY) <= 2_000,
    },
  },
  'rate-3000': {
    what: '3,000 readings a second without OpenSearch, whose writes would take the same cores',
    args: '--only fleet --duration 60 --vehicles 1000 --rate 3000 --param search=none',
    holds: bounds({ alertP99: 1_000, lag: 15_000 }),
  },
  'prod-start': {
    what: 'the first minute of all domains on three brokers: the latency of alerts',
    args: '--stage prod --duration 60',
    holds: bounds({ alertP99: 1_000 }),
  },
  orders: {
    what: 'windows of 150 s of orders: each is exact, without a correction',
    args: '--only orders --duration 150 --orders 50 --seed 7',
    holds: {
      'every window exact': ({ domains: { orders } }) => orders.windows.exact === orders.windows.expected,
      'no correction': ({ domains: { orders } }) => orders.windows.corrections === 0,
    },
  },
  logins: {
    what: 'one minute of logins in every encoding: each is in its stores',
    args: '--only logins --duration 60 --logins 100',
    holds: {},
  },
  secure: {
    what: 'one minute of all domains on brokers with TLS, passwords and ACLs: each record is in its stores',
    args: '--secure --duration 60',
    holds: {},
  },
  compose: {
    what: 'docker-compose.yml, read by the parser of Docker Compose; needs Go',
    command: 'cd test/compose && go run . ../../docker-compose.yml',
  },
  kubernetes: {
    what: 'containers/kubernetes, by the schemas of Kubernetes and KEDA; needs Python and Go',
    command: 'node test/kubernetes/run.ts',
  },
  airflow: {
    what: 'the DAGs of airflow/ on a running pipeline, healthy and not; needs Python, and makes an environment once',
    command: 'node test/airflow/run.ts',
  },
  pipeline: {
    what: 'test_pipeline.sh: starts the pipeline with orders, checks its results, cleans up',
    command: './test_pipeline.sh',
  },
  hostile: {
    what: 'hostile events for the packaged functions: within their memory and a quarter of their timeout',
    command: 'node test/hostile/run.ts',
  },
  chaos: {
    what: 'failures strike at random for 10 minutes, with five seeds, or those that follow: nothing is lost',
    command: 'node test/chaos/seeds.ts',
  },
  outages: {
    what: 'Kafka and each store are away for 30 s at 500 records a second: back within 30 s',
    command: 'node test/chaos/outages.ts',
  },
  jaeger: {
    what: 'the trace of a reading in a real Jaeger, which Go builds the first time',
    command: 'node test/jaeger/run.ts',
  },
  api: {
    what: 'all domains, while each route of the API is asked: p95 under 100 ms',
    command: 'node test/api/latency.ts',
  },
  page: {
    what: 'the live page for five minutes, with 5,000 vehicles and 1,000 updates a second',
    command: 'node dashboard/page/test/load.ts',
  },
  redrive: {
    what: 'dead letters are redriven after their cause is mended, with a kill in the middle: each is stored once',
    command: 'node test/redrive-run.ts',
  },
  replay: {
    what: '100,000 records archived, deleted and restored; a damaged archive; a year of orders replayed through the windows',
    command: 'node test/replay/restore.ts && node test/replay/year.ts',
  },
  simulate: {
    what: '100,000 simulated histories of the windows and of each sink, with and without each safeguard',
    command: 'node test/simulation/simulate.ts --histories 100000',
  },
  conform: {
    what: 'plugins with one fault each: npm run conform finds every one, by the right row',
    command: 'FAULTS=all SERVERS=1 jest --runInBand plugins/msk/test/conform.servers',
  },
  windows: {
    what: 'the property and race tests of windows, with 2,000 runs each',
    command: 'RUNS=2000 jest --runInBand lib/windows',
  },
};

/** @param limits ms until an alert can be read, and records of all mappings that wait at any time of the run */
function bounds(limits: { alertP50?: number; alertP99?: number; lag?: number }): Holds {
  const { alertP50, alertP99, lag } = limits;
  const alert = ({ latencyMs }: Report) => latencyMs.alert ?? { p50: Number.NaN, p99: Number.NaN };
  return {
    ...(alertP50 && { [`alert p50 <= ${alertP50} ms`]: (report: Report) => alert(report).p50 <= alertP50 }),
    ...(alertP99 && { [`alert p99 <= ${alertP99} ms`]: (report: Report) => alert(report).p99 <= alertP99 }),
    ...(lag && { [`lag <= ${lag}`]: (report: Report) => report.lag.max <= lag }),
  };
}

const USAGE = `
Usage: npm run test:long -- NAME

Runs a proof that is too long, or needs too much of the machine, for npm test. Run nothing else on the machine at the
same time. The exit code is 1 if the proof fails.

${Object.entries(PROOFS)
  .map(([name, { what }]) => `  ${name.padEnd(12)}${what}`)
  .join('\n')}
`;

const long: Command<Record<never, never>> = {
  name: 'test:long',
  usage: USAGE,
  options: {},
  async run({ positionals: [name = '', ...more] }) {
    const proof = PROOFS[name];
    if (proof === undefined || (more.length > 0 && !(name === 'chaos' && more.every((seed) => /^\d+$/.test(seed))))) {
      throw new UsageError(`give one of these names: ${Object.keys(PROOFS).join(', ')}`);
    }
    const failed =
      'command' in proof ? await exitCode('sh', ['-c', [proof.command, ...more].join(' ')]) : await failedChecks(proof);
    return failed === 0 ? EXIT.ok : EXIT.failed;
  },
};

process.exit(await runCommand(long));

async function failedChecks({ args, holds }: Run): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'pipeline-long-'));
  const file = join(scratch, 'report.json');
  const code = await exitCode(process.execPath, ['cli/start.ts', ...args.split(' '), '--report', file]);
  const checks: [string, boolean][] = [['exit code 0', code === 0]];
  if (code === 0) {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    console.log(JSON.stringify({ latencyMs: report.latencyMs, lag: report.lag, throughput: report.throughput }));
    for (const [what, held] of Object.entries(holds)) checks.push([what, held(report)]);
  }
  rmSync(scratch, { recursive: true, force: true });
  for (const [what, held] of checks) console.log(`${held ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
  const missed = checks.filter(([, held]) => !held).length;
  console.log(`${checks.length - missed} passed, ${missed} failed`);
  return missed;
}

function exitCode(command: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(command, args, { stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', resolve));
}
