import { checkDeadLetters, deadLettersOf } from '../checks/dead-letters.ts';
import { bare } from '../checks/once.ts';
import { checkOrder } from '../checks/order.ts';
import { checkStores } from '../checks/stores.ts';
import { type Contradiction, checkWitness } from '../checks/witness.ts';
import { countBy, counted } from '../count.ts';
import type { Domain, Judged, Subject } from '../domain.ts';
import { domainProblems } from '../problems.ts';
import { sourceOf } from '../world.ts';
import { checkProcessed } from './check-processed.ts';
import { checkLatest, checkLoginRows, type Retention } from './check-stores.ts';
import { ENCODINGS, type Encoding } from './facts.ts';
import { COLUMNS, LOGINS, LOGINS_DLQ, LOGINS_PROCESSED, TABLES, TOPICS } from './places.ts';
import type { LoginsReport, LoginsTypes } from './report.ts';
import { type LoginsTruth, loginsTruth } from './truth/logins.ts';

/** Logins in every encoding in; processed logins, and the last login of each user and device, out. */
export const logins: Domain<LoginsTypes> = { topics: TOPICS, tables: TABLES, columns: COLUMNS, judge, describe };

const NONE = Object.fromEntries(ENCODINGS.map((encoding) => [encoding, 0])) as Record<Encoding, number>;

function judge({ world, facts, isOlder, mayBeDead, findings }: Subject): Judged<LoginsReport> {
  const { topics } = world;
  const truth = loginsTruth(world, facts.logins);
  const processed = checkProcessed(topics[LOGINS_PROCESSED], truth, facts.logins, isOlder, findings);
  checkOrder(LOGINS_PROCESSED, topics[LOGINS_PROCESSED].records, findings);
  const deadLetters = { topic: LOGINS_DLQ, log: topics[LOGINS_DLQ], topics: TOPICS };
  const letters = checkDeadLetters(deadLetters, truth.bad, mayBeDead, findings);
  const came = Map.groupBy(topics[LOGINS_PROCESSED].records, sourceOf);
  const retention: Retention = {
    days: facts.logins.retentionDays,
    readAt: world.readAt,
    came: new Map([...came].map(([source, records]) => [source, records.map(({ timestamp }) => timestamp)])),
  };
  const latest = (by: 'user_id' | 'device_id', items: Parameters<typeof checkLatest>[0]) =>
    checkLatest(items, by, truth, retention, isOlder, findings);
  const stores = checkStores(
    TOPICS,
    world,
    {
      rds: (rows) => ({ logins: checkLoginRows(rows, truth, isOlder, findings) }),
      dynamodb: (items) => ({ users: latest('user_id', items), devices: latest('device_id', items) }),
    },
    findings,
  );
  const run = facts.generators.logins;
  const witness = checkWitness(run, TOPICS, world, contradiction(truth), findings);
  const report: LoginsReport = {
    acknowledged: witness.acknowledged[LOGINS] ?? 0,
    read: topics[LOGINS].records.length,
    bad: truth.bad.size,
    deadLettered: deadLettersOf(LOGINS, topics[LOGINS_DLQ]),
    byEncoding: { ...NONE, ...countBy(truth.good.values(), ({ encoding }) => encoding) },
    badByCode: countBy(truth.bad.values(), ({ code }) => code),
    badByCause: witness.badByCause,
    topics: { [LOGINS_PROCESSED]: bare(processed), [LOGINS_DLQ]: bare(letters) },
    producedTwice: processed.repeated + letters.repeated,
    stores,
  };
  return { report, problems: problemsOf(run, report) };
}

/** Compares the code that the generator meant a record to have with the code found by reading it. */
function contradiction({ bad, mended }: LoginsTruth): Contradiction {
  return (_topic, name, expectation) => {
    if (mended.has(name) && expectation.kind === 'good') return undefined;
    const meant = expectation.kind === 'bad' ? expectation.code : undefined;
    const found = bad.get(name)?.code;
    return meant === found ? undefined : `meant to be ${meant ?? 'good'}, found to be ${found ?? 'good'}`;
  };
}

function problemsOf(run: Subject['facts']['generators']['logins'], report: LoginsReport): string[] {
  if (run === undefined) return [];
  const missing = run.manifest.encodings.filter((encoding) => report.byEncoding[encoding] === 0);
  return [
    ...missing.map((encoding) => `logins: no good login came as ${encoding}`),
    // Where the generator made no bad records, the archive of the dead-letter topic is empty.
    ...domainProblems('logins', run, report, run.causes.length === 0 ? [LOGINS_DLQ] : []),
  ];
}

function describe(report: LoginsReport, perSecond: number): string[] {
  const { acknowledged, bad, deadLettered, byEncoding, producedTwice } = report;
  const encodings = Object.entries(byEncoding).map(([encoding, n]) => `${encoding} ${n}`);
  return [
    `logins: ${counted(acknowledged, 'login')} acknowledged (${perSecond}/s), ${counted(bad, 'bad one')}, ` +
      `${counted(deadLettered, 'dead letter')}; good ones by encoding: ${encodings.join(', ')}`,
    ...(producedTwice > 0 ? [`  ${producedTwice} produced twice upstream, stored once`] : []),
  ];
}
