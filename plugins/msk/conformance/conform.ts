import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startHere } from './driver/here.ts';
import type { StoppablePlace } from './driver/place.ts';
import { runRows } from './driver/run-rows.ts';
import { awsPage, table } from './driver/table.ts';
import { chosen } from './rows/rows.ts';

const USAGE = `
Usage: npm run conform [-- --only ROW,ROW] [--limit SECONDS]
       npm run conform -- --stage S --cluster ARN [--only ROW,ROW]

Runs a mapping for each rule of Lambda, and compares what its function saw with what AWS documents. The first form runs
them through the plugin on this machine. The second deploys them to the account of your credentials, beside a cluster
that exists, writes plugins/msk/docs/conformance-aws.md, and removes them.

  --only ROW,ROW     only these rows
  --limit SECONDS    how long a row may take on this machine; 40 by default
  --stage S          name of the stage to deploy; it must not exist
  --cluster ARN      a provisioned cluster with a listener for IAM

The exit code is 1 if a row is not as documented, and 2 if an argument is wrong.
`;

const OPTIONS = {
  only: { type: 'string', default: '' },
  limit: { type: 'string', default: '40' },
  stage: { type: 'string' },
  cluster: { type: 'string' },
  help: { type: 'boolean' },
} as const;

function parsed() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const only = values.only.split(',').filter(Boolean);
    const { stage, cluster } = values;
    if ((stage === undefined) !== (cluster === undefined)) throw new Error('--stage and --cluster need each other');
    if (cluster && !/^arn:[\w-]+:kafka:[\w-]+:\d{12}:cluster\/.+/.test(cluster))
      throw new Error('--cluster is not an ARN');
    if (stage && !/^[a-z][a-z0-9-]{0,19}$/.test(stage)) throw new Error('--stage takes up to 20 of a-z, 0-9 and -');
    if (!(Number(values.limit) > 0)) throw new Error('--limit takes a number of seconds');
    return { ...values, stage, cluster, only, rows: chosen(only) };
  } catch (error) {
    console.error(`conform: ${(error as Error).message}`);
    return process.exit(2);
  }
}

const { help, only, rows, stage, cluster, limit } = parsed();
if (help) {
  console.log(USAGE.trim());
  process.exit(0);
}
const where = stage !== undefined && cluster !== undefined ? { stage, cluster } : undefined;
/** Lambda may refuse to create the mappings of the others. */
const own = where ? rows.filter(({ raw }) => !raw) : rows;
let place: StoppablePlace | undefined;
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => void Promise.resolve(place?.stop()).finally(() => process.exit(code)));
}
// Loaded only for AWS: a run on this machine needs no SDK.
place = where
  ? await (await import('./driver/aws.ts')).startOnAws({ ...where, rows: own, only })
  : await startHere(only, Number(limit) * 1000);
try {
  const results = await runRows(own, place);
  console.log(table(results));
  if (where) {
    const about = { region: where.cluster.split(':')[3] ?? '', day: new Date().toISOString().slice(0, 10) };
    await writeFile(join(import.meta.dirname, '../docs/conformance-aws.md'), awsPage(results, about));
  }
  const found = results.filter(({ differences }) => differences.length > 0).length;
  console.log(`\n${results.length - found} rows as documented, ${found} not`);
  process.exitCode = found > 0 ? 1 : 0;
} finally {
  await place.stop();
}
