import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../load/random.ts';
import type { Planned } from '../facts.ts';
import type { HttpFault } from '../proxy/http-proxy.ts';
import type { HttpServer } from '../proxy/proxies.ts';
import type { Part, Strike, Target } from '../strike.ts';
import { ANSWERS, type Refusal } from './answers.ts';

const STORES = ['dynamodb', 's3', 'rdsData', 'opensearch'] as const;

/** Failures between the functions and a store, made by the proxy before it. */
export const STORE_ANSWERS = {
  'store-fails': {
    what: 'a store answers most requests with 500, and then all with success',
    part: partOfStore,
    lasts: [5, 15],
    draw: aStore,
    run: (target, planned) => refusing(target, planned, 'failed', 0.8),
  },
} satisfies Record<string, Strike>;

export function aStore(random: Random): Planned['with'] {
  return { store: STORES[random.below(STORES.length)] as string };
}

export function partOfStore({ store }: Planned['with']): Part {
  return store === 'rdsData' ? 'postgres' : store === 'schemaRegistry' ? 'registry' : (store as Part);
}

/** A share of the requests gets this answer. */
export function refusing(target: Target, planned: Planned, refusal: Refusal, share: number): Promise<void> {
  const answer = ANSWERS[planned.with['store'] as HttpServer][refusal];
  if (answer === undefined) throw new Error(`${planned.with['store']} has no answer for "${refusal}"`);
  return faulty(target, planned, { kind: 'answer', share, answer });
}

/** The proxy before a store has this fault for a while. */
export async function faulty(target: Target, { with: { store }, seconds }: Planned, fault: HttpFault): Promise<void> {
  const proxy = target.proxies.http[store as HttpServer];
  // The run has no such server, for example no OpenSearch without a newer Java.
  if (proxy === undefined) return;
  proxy.set(fault);
  try {
    await sleep(seconds * 1000);
  } finally {
    proxy.set(undefined);
  }
}
