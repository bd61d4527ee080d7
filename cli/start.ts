import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PortName } from '#local/servers/catalogue.ts';
import { usualPorts } from '#local/servers/members.ts';
import type { AskedPorts } from '#local/servers/plan.ts';
import type { DomainName } from '#proof/domains.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { domains } from './run/domains.ts';
import { METRICS_PORT } from './run/metrics/serve.ts';
import { run } from './run/run.ts';

/** The servers whose port can be set. */
const PORT_NAMES = usualPorts().map(({ name }) => name);
const portOptions = Object.fromEntries(PORT_NAMES.map((name) => [`${name}-port`, { type: 'string' }])) as Record<
  `${PortName}-port`,
  { type: 'string' }
>;

const USAGE = `
Usage: npm start -- [options]

Runs the whole pipeline on real local servers with generated load. Ctrl-C ends the load, waits up to 10 s until all
records are stored, and stops every server. A second Ctrl-C stops at once. Defaults are in (…).

  --duration S      end the load after S seconds, then wait until all is stored, and stop (until Ctrl-C)
  --report FILE     compare every record with the stores, and write the result to FILE; needs --duration. The exit code
                    is 1 if a record is lost, wrong or stored twice.
  --only A,B        domains to generate load for: ${Object.keys(domains).join(', ')}, or none (all). OpenSearch
                    starts only with fleet, and not with --param search=none; Kafka Connect only with orders; the schema
                    registry only with logins.
  --vehicles N      vehicles of the fleet (200)
  --rate R          readings per second of all vehicles together (1 per vehicle)
  --orders R        orders per second (10 to 50, following the hours of a day)
  --logins R        logins per second (20)
  --demo R          records per second on demo_topic (2)
  --bad SHARE       share of bad records, 0 to 1 (0.01)
  --seed N          seed of all generators; the same seed generates the same records (1)
  --brokers 1|3     number of Kafka brokers (3 with --stage prod, else 1)
  --stage NAME      stage of the template: local, dev or prod (local)
  --param K=V       param K of the template is V, instead of the stage's value; may be repeated
  --<server>-port N port of a server; the start fails if it is taken (the server's usual port, or a free one). Servers:
                    ${PORT_NAMES.join(', ')},
                    dashboard
  --no-dashboard    don't serve the dashboard, whose address is the first line after the start
  --otlp URL        send traces of the functions, and of one generated record in 100, to the OTLP collector at URL, such
                    as Jaeger's http://127.0.0.1:4318
  --metrics-port N  port of the metrics for Prometheus; the start fails if it is taken (${METRICS_PORT}, or a free one)
  --secure          brokers with TLS, a password for each function, and ACLs derived from the functions' roles
                    (docs/security.md); the functions and their mappings log in as with --param kafkaAuth=scram on AWS
  --keep DIR        keep the data of all servers in DIR, and continue with the data that is there
  --attach FILE     use servers that run already, and need no Java: FILE is JSON with their addresses, as
                    {"kafka": "127.0.0.1:9092", …}, or the .local/stack.json of another checkout; \`compose\` means
                    the servers of docker-compose.yml. Their data stays.
  --minimal         for editing functions: run Kafka and DynamoDB only, and rebuild the functions when a file is saved
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
  otlp: { type: 'string' },
  'metrics-port': { type: 'string' },
  keep: { type: 'string' },
  attach: { type: 'string' },
  secure: { type: 'boolean', default: false },
  'no-dashboard': { type: 'boolean', default: false },
  ...portOptions,
  'dashboard-port': { type: 'string' },
  minimal: { type: 'boolean', default: false },
} as const;

const ATTACHED_LACK = ['keep', 'brokers'] as const;

const start: Command<typeof OPTIONS> = {
  name: 'start',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    if (positionals.length > 0) {
      throw new UsageError(
        `"${positionals[0]}" is not an option; npm needs -- before the options: npm start -- --duration 60`,
      );
    }
    const vehicles = numberOption('vehicles', values.vehicles, { min: 1, max: 100_000, integer: true });
    const brokers = numberOption('brokers', values.brokers ?? (values.stage === 'prod' ? '3' : '1'), {
      min: 1,
      max: 3,
      integer: true,
    });
    if (brokers === 2) throw new UsageError('--brokers takes 1 or 3: with 2 brokers, KRaft cannot lose one');
    if (!['local', 'dev', 'prod'].includes(values.stage)) throw new UsageError('--stage takes local, dev or prod');
    const wrong = values.param?.find((text) => !/^\w+=./.test(text));
    if (wrong !== undefined) throw new UsageError(`--param takes NAME=VALUE, not "${wrong}"`);
    if (values.otlp !== undefined && !/^https?:$/.test(URL.parse(values.otlp)?.protocol ?? '')) {
      throw new UsageError(
        `--otlp takes the URL of a collector, as in --otlp http://127.0.0.1:4318, not "${values.otlp}"`,
      );
    }
    if (values.report && !values.duration) throw new UsageError('--report needs --duration, as in: --duration 60');
    if (values.report && values.minimal) throw new UsageError('--report needs every store: omit --minimal');
    const clash = ATTACHED_LACK.find((name) => values.attach !== undefined && values[name] !== undefined);
    if (clash !== undefined)
      throw new UsageError(`--${clash} is for servers that this run starts: omit it, or --attach`);
    if (values.attach && values.minimal)
      throw new UsageError('--minimal starts servers of its own: omit it, or --attach');
    if (values.attach && values.secure)
      throw new UsageError('--secure makes the users of brokers that this run starts: omit it, or --attach');
    const only = chosen(values.only);
    const report = await run({
      stage: values.stage,
      params: [
        ...(values.param ?? []),
        ...(values.otlp === undefined ? [] : [`otlpEndpoint=${values.otlp}`]),
        ...(values.secure ? ['kafkaAuth=scram'] : []),
      ],
      secure: values.secure,
      otlp: values.otlp,
      brokers: brokers as 1 | 3,
      minimal: values.minimal,
      keep: values.keep,
      attach: values.attach,
      ports: askedPorts(values),
      metricsPort: portOption('metrics-port', values['metrics-port']),
      dashboard: values['no-dashboard'] ? 'off' : { port: portOption('dashboard-port', values['dashboard-port']) },
      durationSeconds:
        values.duration === undefined ? undefined : numberOption('duration', values.duration, { min: 1 }),
      only,
      connect: only.includes('orders') && !values.minimal && values.attach === undefined,
      search: only.includes('fleet') && !values.minimal && values.param?.includes('search=none') !== true,
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
      console.error('start: the run was interrupted, so there is no report');
      return EXIT.failed;
    }
    mkdirSync(dirname(values.report), { recursive: true });
    writeFileSync(values.report, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`report: ${values.report}`);
    return report.ok ? EXIT.ok : EXIT.failed;
  },
};

function askedPorts(values: Partial<Record<`${PortName}-port`, string | undefined>>): AskedPorts {
  return Object.fromEntries(
    PORT_NAMES.flatMap((name) => {
      const port = portOption(`${name}-port`, values[`${name}-port`]);
      return port === undefined ? [] : [[name, port]];
    }),
  );
}

function portOption(name: string, value: string | undefined): number | undefined {
  return value === undefined ? undefined : numberOption(name, value, { min: 1, max: 65535, integer: true });
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
