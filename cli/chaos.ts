import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { startProxies } from '#proof/chaos/proxy/proxies.ts';
import { drawSchedule, readSchedule, type Schedule } from '#proof/chaos/schedule.ts';
import { STRIKES } from '#proof/chaos/strikes.ts';
import type { DomainName } from '#proof/domains.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { chaosOf } from './run/chaos.ts';
import { domains, type LoadControls } from './run/domains.ts';
import { run } from './run/run.ts';

const USAGE = `
Usage: npm run chaos -- [options]

Runs all domains under load while failures strike, then drains, and compares every record with the stores. The failures
are drawn by the seed and written to a schedule, which can be replayed. The exit code is 1 if a record is lost, wrong or
stored twice; the servers' data is then kept, and \`npm run check\` compares it again. Defaults are in (…).

  --minutes M       how long the load runs (10)
  --seed N          seed of the failures and of all generators (1)
  --brokers 1|3     number of Kafka brokers (3)
  --rate R          readings per second (200); half as many logins, and a fifth as many orders
  --schedule FILE   replay this schedule, with its seed, length and brokers
  --report FILE     write the report to FILE, with what each failure did (.local/chaos/report.json)
  --data DIR        keep the servers' data in DIR, also if all is well

The schedule is written to .local/chaos/schedule.json. Failures:
${Object.entries(STRIKES)
  .map(([kind, { what }]) => `  ${kind.padEnd(24)}${what}`)
  .join('\n')}
`;

const OPTIONS = {
  minutes: { type: 'string', default: '10' },
  seed: { type: 'string', default: '1' },
  brokers: { type: 'string', default: '3' },
  rate: { type: 'string', default: '200' },
  schedule: { type: 'string' },
  report: { type: 'string', default: '.local/chaos/report.json' },
  data: { type: 'string' },
} as const;

const SCHEDULE = '.local/chaos/schedule.json';

const chaos: Command<typeof OPTIONS> = {
  name: 'chaos',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals, signal }) {
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not an option`);
    const schedule = values.schedule === undefined ? drawn(values) : await replayed(values.schedule);
    const rate = numberOption('rate', values.rate, { min: 1, max: 10_000 });
    const rates = { rate, loginsRate: rate / 2, ordersRate: rate / 5, demoRate: 2 };
    const controls: LoadControls = { bad: {}, skewMs: 0 };
    const data = values.data === undefined ? await mkdtemp(join(tmpdir(), 'chaos-')) : resolve(values.data);
    await write(SCHEDULE, schedule);
    const proxies = await startProxies(schedule.brokers, schedule.seed);
    let ok = false;
    try {
      const total = Object.values(rates).reduce((sum, each) => sum + each, 0);
      const report = await run({
        // Its topics have a replica on each of three brokers.
        stage: schedule.brokers === 3 ? 'prod' : 'local',
        params: [],
        brokers: schedule.brokers as 1 | 3,
        minimal: false,
        connect: true,
        search: true,
        schemaRegistry: true,
        // On disk, so that a killed server has its data again.
        keep: data,
        attach: undefined,
        ports: {},
        durationSeconds: schedule.seconds,
        only: Object.keys(domains) as DomainName[],
        dashboard: 'off',
        load: { ...rates, seed: schedule.seed, bad: 0.01, vehicles: 200, controls },
        wantReport: true,
        chaos: chaosOf(schedule, proxies, total, controls),
        signal,
      });
      if (report === undefined) throw new Error('the run was interrupted, so there is no report');
      await write(values.report, report);
      console.log(`schedule: ${SCHEDULE}; report: ${values.report}`);
      ok = report.ok;
      return ok ? EXIT.ok : EXIT.failed;
    } finally {
      await proxies.close();
      if (ok && values.data === undefined) await rm(data, { recursive: true, force: true });
      else console.log(`the data is in ${data}`);
    }
  },
};

process.exit(await runCommand(chaos));

function drawn({ minutes, seed, brokers }: { minutes: string; seed: string; brokers: string }): Schedule {
  if (brokers !== '1' && brokers !== '3') throw new UsageError('--brokers takes 1 or 3');
  const seconds = numberOption('minutes', minutes, { min: 0.5, max: 600 }) * 60;
  return drawSchedule(
    { seed: numberOption('seed', seed, { min: 0, integer: true }), seconds, brokers: Number(brokers) },
    STRIKES,
  );
}

async function replayed(file: string): Promise<Schedule> {
  try {
    return readSchedule(await readFile(file, 'utf8'), STRIKES);
  } catch (error) {
    throw new UsageError(`--schedule can't use ${file}: ${(error as Error).message}`);
  }
}

async function write(file: string, content: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
}
