import { topicOfObject } from '../checks/archive.ts';
import { bare } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import { isUnread, type World } from '../world.ts';
import { checkResults, type ResultsTally } from './check-results.ts';
import { METRICS } from './places.ts';
import type { WindowsReport } from './report.ts';
import { type Result, resultOfRecord, resultOfRow, resultOfText } from './result.ts';
import type { OrdersTruth } from './truth/orders.ts';

/** A place that holds results; `name` is for findings, `read` returns undefined where the place was not read. */
interface Place {
  name: string;
  single?: boolean;
  read: (world: World) => Result[] | undefined;
}

const PLACES: Readonly<Record<'topic' | 's3' | 'rds' | 'file', Place>> = {
  topic: { name: METRICS, read: ({ topics }) => topics[METRICS].records.map(resultOfRecord) },
  s3: {
    name: `s3 ${METRICS}`,
    read: ({ s3 }) =>
      isUnread(s3)
        ? undefined
        : s3
            .filter(({ key }) => topicOfObject(key) === METRICS)
            .flatMap(({ records }) => records)
            .map(resultOfRecord),
  },
  rds: {
    name: 'rds product_metrics',
    single: true,
    read: ({ rds }) => (isUnread(rds) ? undefined : rds.product_metrics.map(resultOfRow)),
  },
  file: {
    name: 'file metrics.json',
    read: ({ file }) =>
      isUnread(file) ? undefined : file.map((line, i) => resultOfText(line, `line ${String(i + 1)}`)),
  },
};

export type WindowTallies = Partial<Record<keyof typeof PLACES, ResultsTally>>;

/** Checks every window and product in every place that holds results and was read. */
export function checkWindows(
  world: World,
  { windows: expected }: OrdersTruth,
  open: number,
  legal: () => boolean,
  findings: Findings,
): { report: WindowsReport; tallies: WindowTallies } {
  const tallies: WindowTallies = {};
  for (const [place, { name, single = false, read }] of Object.entries(PLACES) as [keyof typeof PLACES, Place][]) {
    const results = read(world);
    if (results !== undefined)
      tallies[place] = checkResults({ place: name, results, expected, single, legal }, findings);
  }
  const found = Object.entries(tallies);
  const { corrections = 0, repeated = 0 } = tallies.topic ?? {};
  const report: WindowsReport = {
    expected: expected.size,
    exact: [...expected.keys()].filter((key) => found.every(([, { exact }]) => exact.has(key))).length,
    corrections,
    repeated,
    open,
    places: Object.fromEntries(found.map(([place, { tally }]) => [place, bare(tally)])),
  };
  return { report, tallies };
}
