import type { DomainReport } from './domain-types.ts';
import type { GeneratorRun, ReportFacts } from './input.ts';
import { unreadOf, type World } from './world.ts';

/*
 * Reasons why a run proves nothing or too little, though no record is wrong: a case that never occurred is not tested.
 */

/** The problems of any run. */
export function problemsOf(world: World, facts: ReportFacts): string[] {
  const problems: string[] = [];
  for (const [store, why] of unreadOf(world)) {
    if ('failed' in why) problems.push(`${store} could not be read back: ${why.failed}`);
  }
  const read = Object.values(world.topics).reduce((sum, { records }) => sum + records.length, 0);
  if (read === 0) problems.push('nothing was produced: no topic holds a record');
  if (facts.lag.end !== 0) problems.push(`${facts.lag.end} records were not consumed when the drain ended`);
  return problems;
}

/**
 * The problems of any domain.
 * @param run undefined where its generator did not run: then there are no problems
 * @param mayBeEmpty routes of stores that may be empty
 */
export function domainProblems(
  name: string,
  run: GeneratorRun | undefined,
  { acknowledged, stores, badByCause }: DomainReport & { badByCause: Record<string, number> },
  mayBeEmpty: readonly string[],
): string[] {
  if (run === undefined) return [];
  const empty = Object.entries(stores).flatMap(([store, { routes }]) =>
    Object.entries(routes)
      .filter(([route, { expected }]) => expected === 0 && !mayBeEmpty.includes(route))
      .map(([route]) => `nothing was expected in ${store} ${route}`),
  );
  const missing = run.causes.filter((cause) => !badByCause[cause]);
  const problems = [
    ...(acknowledged === 0 ? ['the generator saw no record acknowledged'] : []),
    ...missing.map((cause) => `no bad record of the cause "${cause}" occurred`),
    ...empty,
  ];
  return problems.map((problem) => `${name}: ${problem}`);
}
