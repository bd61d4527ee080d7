import { demo } from './demo/demo.ts';
import type { Domain } from './domain.ts';
import type { TopicRow } from './domain-types.ts';
import { fleet } from './fleet/fleet.ts';
import { logins } from './logins/logins.ts';
import { orders } from './orders/orders.ts';
import type { TopicName } from './types.ts';

/** The domains that a report judges: a new one is a row here, and a folder. */
export const DOMAINS = { fleet, demo, orders, logins };

export type DomainName = keyof typeof DOMAINS;
export type DomainReports = {
  [D in DomainName]: (typeof DOMAINS)[D] extends Domain<infer T> ? T['report'] : never;
};

/** The topics of all domains. */
export const TOPICS = merged('topics') as Readonly<Record<TopicName, TopicRow>>;
export const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[];

/** One table of all domains' tables of a kind. */
export function merged<K extends 'topics' | 'tables' | 'columns'>(kind: K): object {
  return Object.assign({}, ...Object.values(DOMAINS).map((domain) => domain[kind]));
}
