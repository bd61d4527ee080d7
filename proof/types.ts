import type { DemoTypes } from './demo/facts.ts';
import type { FleetTypes } from './fleet/report.ts';
import type { LoginsTypes } from './logins/report.ts';
import type { OrdersTypes } from './orders/report.ts';

/** The types of each domain that has tables, facts or a manifest of its own. */
export interface Types {
  fleet: FleetTypes;
  demo: DemoTypes;
  orders: OrdersTypes;
  logins: LoginsTypes;
}

export type TopicName = Types[keyof Types]['topic'];

/** What all domains have together: the intersection of a union. */
export type Together<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer All) => void ? All : never;
