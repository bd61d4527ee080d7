import { demo } from './demo/demo.ts';
import { fleet } from './fleet/fleet.ts';
import { logins } from './logins/logins.ts';
import { orders } from './orders/orders.ts';
import type { DomainName } from './topics.ts';

/** The domains that a report judges: one more is a row here, its topics in topics.ts, and its tables in world.ts. */
export const DOMAINS = { fleet, demo, orders, logins } satisfies Record<DomainName, unknown>;

/** What each domain's judge reports. */
export type DomainReports = { [D in DomainName]: ReturnType<(typeof DOMAINS)[D]['judge']>['report'] };
