import { parseArgs } from 'node:util';
import { startHere } from './driver/here.ts';
import { runRows } from './driver/run-rows.ts';
import { table } from './driver/table.ts';
import { chosen } from './rows/rows.ts';

const USAGE = `
Usage: KAFKA_BROKERS=HOST:PORT node plugins/msk/conformance/conform.ts [--only ROW,ROW] [--limit SECONDS]
       node plugins/msk/conformance/conform.ts --stage S --cluster ARN
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    limit: { type: 'string' },
    stage: { type: 'string' },
    cluster: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(USAGE.trim());
  process.exit(0);
}
const only = values.only.split(',').filter(Boolean);
const rows = chosen(only);
const place = await startHere(only, values.limit ? Number(values.limit) * 1000 : undefined);
try {
  const results = await runRows(rows, place);
  console.log(table(results));
  process.exitCode = results.some(({ differences }) => differences.length > 0) ? 1 : 0;
} finally {
  await place.stop();
}
