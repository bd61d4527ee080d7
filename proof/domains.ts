import { demo } from './demo/demo.ts';
import type { DemoTypes } from './demo/facts.ts';
import type { Domain, TopicRow } from './domain.ts';
import type { FleetTypes } from './fleet/facts.ts';
import { fleet } from './fleet/fleet.ts';
import type { LoginsTypes } from './logins/facts.ts';
import { logins } from './logins/logins.ts';
import type { OrdersTypes } from './orders/facts.ts';
import { orders } from './orders/orders.ts';

/** A new domain is a row here, a row in {@link DOMAINS}, and a folder. */
export interface Types {
  fleet: FleetTypes;
  demo: DemoTypes;
  orders: OrdersTypes;
  logins: LoginsTypes;
}

/** The domains that a report judges. */
export const DOMAINS: { [D in DomainName]: Domain<Types[D]> } = { fleet, demo, orders, logins };

export type DomainName = keyof Types;
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
