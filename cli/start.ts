import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AskedPorts } from '#local/servers/plan.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { type DomainName, domains } from './run/domains.ts';
import { run } from './run/run.ts';

const USAGE = `
Usage: npm start -- [options]

The whole pipeline on real local servers, driven by generators, until Ctrl-C (drains, then stops every server).

  --duration S      generate for S seconds, then drain and stop
  --report FILE     write the reconciliation of every record to FILE (needs --duration); exit code 1 where a record
                    is lost or double
  --only A,B        generators to run: ${Object.keys(domains).join(', ')} (default: all; "none" for none)
  --vehicles N      vehicles of the fleet (200)
  --rate R          readings per second in all (one per vehicle)
  --orders R        orders per second (10 to 50, along the curve of a day)
  --logins R        logins per second (20)
  --demo R          records per second on demo_topic (2)
  --bad SHARE       share of bad records (0.01)
  --seed N          seed of all generators (1)
  --brokers 1|3     Kafka brokers (3 for --stage prod, else 1)
  --stage NAME      run the template of local, dev or prod (local)
  --param K=V       template parameter over the stage's own; may be repeated
  --<server>-port N kafka, dynamodb, s3, postgres, rds-data, connect, opensearch, schema-registry: that port or none
                    (default: the usual one, or a free one)
  --keep DIR        keep all servers' data in DIR, and go on from it
  --minimal         Kafka and DynamoDB only, functions rebuilt on save: for the edit loop
`;

const OPTIONS = {
  duration: { type: 'string' },
  report: { type: 'string' },
  only: { type: 'string' },
  vehicles: { type: 'string', default: '200' },
  rate: { type: 'string' },
  orders: { type: 'string' },
  logins: { type: 'string', default: '20' },
  demo: { type: 'string', default: '2' },
  bad: { type: 'string', default: '0.01' },
  seed: { type: 'string', default: '1' },
  brokers: { type: 'string' },
  stage: { type: 'string', default: 'local' },
  param: { type: 'string', multiple: true },
  keep: { type: 'string' },
  'kafka-port': { type: 'string' },
  'dynamodb-port': { type: 'string' },
  's3-port': { type: 'string' },
  'postgres-port': { type: 'string' },
  'rds-data-port': { type: 'string' },
  'connect-port': { type: 'string' },
  'opensearch-port': { type: 'string' },
  'schema-registry-port': { type: 'string' },
  minimal: { type: 'boolean', default: false },
} as const;

const start: Command<typeof OPTIONS> = {
  name: 'start',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    if (positionals.length > 0) {
      throw new UsageError(
        `"${positionals[0]}" is no option; npm passes options on after --, as in: npm start -- --duration 60`,
      );
    }
    const vehicles = numberOption('vehicles', values.vehicles, { min: 1, max: 100_000, integer: true });
    const brokers = numberOption('brokers', values.brokers ?? (values.stage === 'prod' ? '3' : '1'), {
      min: 1,
      max: 3,
      integer: true,
    });
    if (brokers === 2) throw new UsageError('--brokers takes 1 or 3: a KRaft quorum of 2 stands no loss');
    if (!['local', 'dev', 'prod'].includes(values.stage)) throw new UsageError('--stage takes local, dev or prod');
    if (values.report && !values.duration)
      throw new UsageError('--report needs --duration: a report is of a run that ended');
    if (values.report && values.minimal) throw new UsageError('--report needs every store: leave --minimal away');
    const only = chosen(values.only);
    const report = await run({
      stage: values.stage,
      params: values.param ?? [],
      brokers: brokers as 1 | 3,
      minimal: values.minimal,
      keep: values.keep,
      ports: askedPorts(values),
      durationSeconds:
        values.duration === undefined ? undefined : numberOption('duration', values.duration, { min: 1 }),
      only,
      connect: only.includes('orders') && !values.minimal,
      search: only.includes('fleet') && !values.minimal,
      schemaRegistry: only.includes('logins') && !values.minimal,
      load: {
        vehicles,
        rate: numberOption('rate', values.rate ?? String(vehicles), { min: 0.01, max: 50_000 }),
        ordersRate:
          values.orders === undefined ? undefined : numberOption('orders', values.orders, { min: 0.01, max: 50_000 }),
        loginsRate: numberOption('logins', values.logins, { min: 0.01, max: 50_000 }),
        demoRate: numberOption('demo', values.demo, { min: 0.01, max: 10_000 }),
        bad: numberOption('bad', values.bad, { min: 0, max: 1 }),
        seed: numberOption('seed', values.seed, { min: 0, integer: true }),
      },
      wantReport: values.report !== undefined,
      signal,
    });
    if (values.report === undefined) return EXIT.ok;
    if (report === undefined) {
      console.error('start: cut short, so there is no report');
      return EXIT.failed;
    }
    mkdirSync(dirname(values.report), { recursive: true });
    writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`report: ${values.report}`);
    return report.ok ? EXIT.ok : EXIT.failed;
  },
};

function askedPorts(values: Record<string, unknown>): AskedPorts {
  const names = [
    'kafka',
    'dynamodb',
    's3',
    'postgres',
    'rds-data',
    'connect',
    'opensearch',
    'schema-registry',
  ] as const;
  const asked = names.flatMap((name) => {
    const port = values[`${name}-port`];
    return typeof port === 'string'
      ? [[name, numberOption(`${name}-port`, port, { min: 1, max: 65535, integer: true })]]
      : [];
  });
  return Object.fromEntries(asked);
}

function chosen(only: string | undefined): DomainName[] {
  const all = Object.keys(domains) as DomainName[];
  if (only === undefined) return all;
  if (only === 'none') return [];
  return only.split(',').map((name) => {
    const found = all.find((domain) => domain === name);
    if (found) return found;
    throw new UsageError(`--only takes ${all.join(', ')} or none, not "${name}"`);
  });
}

process.exit(await runCommand(start));
