import type { TopicRows } from '../domain-types.ts';
import type { Findings } from '../findings.ts';
import type { StoreReport, Tally } from '../tally.ts';
import type { TopicName } from '../types.ts';
import { type Held, isUnread, type StoreName, type World } from '../world.ts';
import { checkArchive, topicOfObject } from './archive.ts';
import { bare, sumOf } from './once.ts';

/** What a domain checks in each store besides the archive of its topics, by table or file. */
export type RouteChecks = {
  [S in StoreName]?: (held: Held[S]) => Record<string, Tally>;
};

/** Compares each store that was read with what a domain's topics imply. @param topics of the domain */
export function checkStores(
  topics: TopicRows,
  world: World,
  routes: RouteChecks,
  findings: Findings,
): Record<string, StoreReport> {
  const checks: RouteChecks = {
    ...routes,
    s3: (objects) => ({ ...checkArchives(topics, world.topics, objects, findings), ...routes.s3?.(objects) }),
  };
  const reports: Record<string, StoreReport> = {};
  for (const [store, check] of Object.entries(checks) as [StoreName, (held: unknown) => Record<string, Tally>][]) {
    const held = world[store];
    if (!isUnread(held)) reports[store] = storeOf(check(held));
  }
  return reports;
}

function checkArchives(
  topics: TopicRows,
  logs: World['topics'],
  objects: Held['s3'],
  findings: Findings,
): Record<string, Tally> {
  const byTopic = Map.groupBy(objects, ({ key }) => topicOfObject(key));
  return Object.fromEntries(
    Object.entries(topics).map(([topic, { compacted }]) => {
      const log = logs[topic as TopicName];
      return [topic, checkArchive(topic, log, compacted, byTopic.get(topic) ?? [], findings)];
    }),
  );
}

function storeOf(routes: Record<string, Tally>): StoreReport {
  const tallies = Object.fromEntries(Object.entries(routes).map(([name, tally]) => [name, bare(tally)]));
  return { ...sumOf(Object.values(tallies)), routes: tallies };
}
