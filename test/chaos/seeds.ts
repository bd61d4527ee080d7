import { allHold, chaosRun } from './runs.ts';

/*
 * Ten minutes of chaos on three brokers, with five seeds one after the other: `npm run test:long -- chaos`. Other seeds:
 * `npm run test:long -- chaos 7 8`.
 */

const MINUTES = 10;
const STRIKES = 20;
const KINDS = 12;

const seeds = process.argv.length > 2 ? process.argv.slice(2) : ['1', '2', '3', '4', '5'];
const checks: [string, boolean][] = [];
for (const seed of seeds) {
  console.log(`== seed ${seed}`);
  const { code, report } = await chaosRun(['--minutes', String(MINUTES), '--seed', seed, '--brokers', '3']);
  const strikes = report?.strikes ?? [];
  const kinds = new Set(strikes.map(({ kind }) => kind)).size;
  const { orders } = report?.domains ?? {};
  checks.push(
    [`seed ${seed}: nothing is lost, wrong or stored twice`, code === 0 && report?.ok === true],
    [`seed ${seed}: ${strikes.length} strikes of ${kinds} kinds`, strikes.length >= STRIKES && kinds >= KINDS],
    [
      `seed ${seed}: ${orders?.windows.exact} of ${orders?.windows.expected} windows exact`,
      orders !== undefined && orders.windows.exact === orders.windows.expected,
    ],
  );
}
process.exitCode = allHold(checks) ? 0 : 1;
