import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../load/random.ts';
import type { Planned } from '../facts.ts';
import type { HttpFault } from '../proxy/http-proxy.ts';
import type { HttpServer } from '../proxy/proxies.ts';
import type { Part, Strike, Target } from '../strike.ts';
import { ANSWERS, type Refusal } from './answers.ts';
import { frozen, killed } from './processes.ts';

/** What functions talk to; the Data API stands for PostgreSQL. */
const STORES = ['dynamodb', 's3', 'rdsData', 'opensearch'] as const;
const SERVERS = ['dynamodb', 's3', 'postgres', 'opensearch'] as const;
/** Stores that can be full: DynamoDB can't. */
const DISKS = ['s3', 'rdsData', 'opensearch'] as const;
/** Ways in which the registry is away. */
const AWAY = ['refuse', 'silent', 'failed', 'throttled'] as const;

const oneOf = (stores: readonly string[]) => (random: Random) => ({ store: stores[random.below(stores.length)] ?? '' });
const PARTS: Readonly<Record<string, Part>> = { rdsData: 'postgres', schemaRegistry: 'registry' };
const partOf = ({ store }: Planned['with']) => PARTS[String(store)] ?? (store as Part);
const ofAStore = { part: partOf, lasts: [5, 15], draw: oneOf(STORES) } as const;

/** Failures of stores, and between the functions and a store. */
export const STORE_FAILURES = {
  'store-killed': {
    ...ofAStore,
    what: "a store's server is killed with SIGKILL, and starts again later",
    draw: oneOf(SERVERS),
    run: (target, { with: { store }, seconds }) => killed(target, target.server(String(store)), seconds),
  },
  'store-frozen': {
    ...ofAStore,
    what: "a store's server is frozen",
    draw: oneOf(SERVERS),
    run: (target, { with: { store }, seconds }) => frozen(target.server(String(store)), seconds),
  },
  'store-down': {
    ...ofAStore,
    what: 'every connection to a store breaks before the store sees the request',
    run: (target, planned) => faulty(target, planned, { kind: 'refuse', share: 1 }),
  },
  'store-silent': {
    ...ofAStore,
    what: 'half of the requests to a store get no answer, and their connections stay open',
    run: (target, planned) => faulty(target, planned, { kind: 'silent', share: 0.5 }),
  },
  'store-slow': {
    ...ofAStore,
    what: 'a store takes a second longer for each request',
    run: (target, planned) => faulty(target, planned, { kind: 'slow', share: 1, ms: 1_000 }),
  },
  'store-throttles': {
    ...ofAStore,
    what: 'a store refuses 90 % of the requests, because there are too many',
    run: (target, planned) => refusing(target, planned, 'throttled', 0.9),
  },
  'store-fails': {
    ...ofAStore,
    what: 'a store answers 80 % of the requests with an error of its own, and then all with success',
    run: (target, planned) => refusing(target, planned, 'failed', 0.8),
  },
  'store-answers-dropped': {
    ...ofAStore,
    what: 'a store does what it is asked, and for half of the requests the connection breaks instead of the answer',
    run: (target, planned) => faulty(target, planned, { kind: 'drop-answer', share: 0.5 }),
  },
  'store-full': {
    ...ofAStore,
    what: 'a store refuses every request, because its disk is full',
    draw: oneOf(DISKS),
    run: (target, planned) => refusing(target, planned, 'full', 1),
  },
  'credentials-expired': {
    ...ofAStore,
    what: 'a store refuses every request, because the credentials have expired; then new ones come',
    run: (target, planned) => refusing(target, planned, 'expired', 1),
  },
  'registry-away': {
    what: 'the schema registry refuses connections, says nothing, fails, or throttles',
    part: 'registry',
    lasts: [10, 20],
    draw: (random) => ({ store: 'schemaRegistry', how: AWAY[random.below(AWAY.length)] ?? '' }),
    run: (target, planned) => {
      const { how } = planned.with;
      if (how === 'failed' || how === 'throttled') return refusing(target, planned, how, 1);
      return faulty(target, planned, { kind: how as 'refuse' | 'silent', share: 1 });
    },
  },
} satisfies Record<string, Strike>;

/** A share of the requests gets this answer. */
function refusing(target: Target, planned: Planned, refusal: Refusal, share: number): Promise<void> {
  const answer = ANSWERS[planned.with['store'] as HttpServer][refusal];
  if (answer === undefined) throw new Error(`${planned.with['store']} has no answer for "${refusal}"`);
  return faulty(target, planned, { kind: 'answer', share, answer });
}

/** The proxy before a store has this fault for a while. */
async function faulty(target: Target, { with: { store }, seconds }: Planned, fault: HttpFault): Promise<void> {
  const proxy = target.proxies.http[store as HttpServer];
  if (proxy === undefined) throw new Error(`the run has no ${store}`);
  proxy.set(fault);
  try {
    await sleep(seconds * 1000);
  } finally {
    proxy.set(undefined);
  }
}
