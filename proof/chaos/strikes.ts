import type { Strike } from './strike.ts';
import { BROKERS } from './strikes/brokers.ts';
import { FUNCTIONS } from './strikes/functions.ts';
import { INPUT } from './strikes/input.ts';
import { MEMBERS } from './strikes/members.ts';
import { NETWORK } from './strikes/network.ts';
import { STORE_FAILURES } from './strikes/stores.ts';

/** Every kind of failure of a chaos run. */
export const STRIKES: Readonly<Record<string, Strike>> = {
  ...BROKERS,
  ...NETWORK,
  ...STORE_FAILURES,
  ...FUNCTIONS,
  ...MEMBERS,
  ...INPUT,
};
