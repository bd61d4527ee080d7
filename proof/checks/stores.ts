import type { Findings } from '../findings.ts';
import type { StoreReport, Tally } from '../tally.ts';
import { type DomainName, TOPIC_NAMES, TOPICS } from '../topics.ts';
import { isUnread, type StoreName, type World } from '../world.ts';
import { checkArchive, topicOfObject } from './archive.ts';
import { bare, sumOf } from './once.ts';

/** What a domain checks in each store beside the archive of its topics, by table or file. */
export type RouteChecks = {
  [S in StoreName]?: (held: Exclude<World[S], { notRun: string } | { failed: string }>) => Record<string, Tally>;
};

/** Each store that was read, against what a domain's topics imply. */
export function checkStores(
  domain: DomainName,
  world: World,
  routes: RouteChecks,
  findings: Findings,
): Record<string, StoreReport> {
  const checks: RouteChecks = {
    ...routes,
    s3: (objects) => ({ ...checkArchives(domain, world.topics, objects, findings), ...routes.s3?.(objects) }),
  };
  const reports: Record<string, StoreReport> = {};
  for (const [store, check] of Object.entries(checks) as [StoreName, (held: unknown) => Record<string, Tally>][]) {
    const held = world[store];
    if (!isUnread(held)) reports[store] = storeOf(check(held));
  }
  return reports;
}

function checkArchives(
  domain: DomainName,
  topics: World['topics'],
  objects: Parameters<NonNullable<RouteChecks['s3']>>[0],
  findings: Findings,
): Record<string, Tally> {
  const byTopic = Map.groupBy(objects, ({ key }) => topicOfObject(key));
  const own = TOPIC_NAMES.filter((topic) => TOPICS[topic].domain === domain);
  return Object.fromEntries(
    own.map((topic) => {
      const { compacted } = TOPICS[topic];
      return [topic, checkArchive(topic, topics[topic], compacted, byTopic.get(topic) ?? [], findings)];
    }),
  );
}

function storeOf(routes: Record<string, Tally>): StoreReport {
  const tallies = Object.fromEntries(Object.entries(routes).map(([name, tally]) => [name, bare(tally)]));
  return { ...sumOf(Object.values(tallies)), routes: tallies };
}
