import type { Strike } from './strike.ts';
import { BROKERS } from './strikes/brokers.ts';
import { FUNCTIONS } from './strikes/functions.ts';
import { STORE_ANSWERS } from './strikes/stores.ts';

/** Every kind of failure of a chaos run. */
export const STRIKES: Readonly<Record<string, Strike>> = { ...BROKERS, ...STORE_ANSWERS, ...FUNCTIONS };
