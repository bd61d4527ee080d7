import { demo } from './demo/demo.ts';
import type { Domain, TopicRow } from './domain.ts';
import { fleet } from './fleet/fleet.ts';
import { logins } from './logins/logins.ts';
import { orders } from './orders/orders.ts';

/** The domains that a report judges: a new one is a row here, and a folder. */
export const DOMAINS = { fleet, demo, orders, logins };

export type DomainName = keyof typeof DOMAINS;
/** The types of each domain: the argument of its `Domain<…>`. */
export type Types = { [D in DomainName]: (typeof DOMAINS)[D] extends Domain<infer T> ? T : never };
export type TopicName = Types[DomainName]['topic'];
export type DomainReports = { [D in DomainName]: Types[D]['report'] };

/** What all domains have together: the intersection of a union. */
export type Together<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer All) => void ? All : never;

/** The topics of all domains. */
export const TOPICS = merged('topics') as Readonly<Record<TopicName, TopicRow>>;
export const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[];

/** One table of all domains' tables of a kind. */
export function merged<K extends 'topics' | 'tables' | 'columns'>(kind: K): object {
  return Object.assign({}, ...Object.values(DOMAINS).map((domain) => domain[kind]));
}
