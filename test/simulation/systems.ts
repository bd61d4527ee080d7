import { mutations as windows } from './mutations/windows.ts';
import type { Mutation } from './system.ts';

/** Each system, with its safeguards. */
export const SYSTEMS: Readonly<Record<string, readonly Mutation[]>> = { windows };
