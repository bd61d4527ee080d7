import type { ReportFacts } from './input.ts';
import type { Report } from './report.ts';
import { ALERT_KINDS } from './truth/alerts.ts';
import { isUnread, type World } from './world.ts';

/**
 * Why a run proves nothing, or not enough, though no record is at fault: what never occurred was not tested.
 */
export function problemsOf(world: World, facts: ReportFacts, { fleet, demo }: Report['domains']): string[] {
  const problems: string[] = [];
  for (const store of ['s3', 'rds', 'dynamodb'] as const) {
    const found = world[store];
    if (isUnread(found) && 'failed' in found) problems.push(`${store} could not be read back: ${found.failed}`);
  }
  if (facts.lag.end !== 0) problems.push(`${facts.lag.end} records were not consumed when the drain ended`);

  const { generators } = facts;
  if (generators.fleet !== undefined) {
    if (fleet.acknowledged === 0) problems.push('fleet: the generator saw no record acknowledged');
    for (const kind of ALERT_KINDS) if (!fleet.alertsByKind[kind]) problems.push(`fleet: no ${kind} alert occurred`);
    for (const cause of generators.fleet.causes) {
      if (!fleet.badByCause[cause]) problems.push(`fleet: no bad record of the cause "${cause}" occurred`);
    }
    problems.push(...nothingExpected('fleet', fleet.stores, DEAD_LETTERS(generators.fleet.causes)));
  }
  if (generators.demo !== undefined) {
    if (demo.acknowledged === 0) problems.push('demo: the generator saw no record acknowledged');
    problems.push(...nothingExpected('demo', demo.stores, ['demo-dlq']));
  }
  return problems;
}

/** Where the generator made nothing bad, there is nothing in the dead-letter topic to archive. */
const DEAD_LETTERS = (causes: readonly string[]) => (causes.length === 0 ? ['raw-data-dlq'] : []);

function nothingExpected(domain: string, stores: Report['domains']['fleet']['stores'], mayBeEmpty: readonly string[]) {
  return Object.entries(stores).flatMap(([store, { routes }]) =>
    Object.entries(routes)
      .filter(([route, { expected }]) => expected === 0 && !mayBeEmpty.includes(route))
      .map(([route]) => `${domain}: nothing was expected in ${store} ${route}`),
  );
}
