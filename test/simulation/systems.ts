import { mutations as archive } from './mutations/archive.ts';
import { mutations as dynamodb } from './mutations/dynamodb.ts';
import { mutations as opensearch } from './mutations/opensearch.ts';
import { mutations as poller } from './mutations/poller.ts';
import { mutations as rds } from './mutations/rds.ts';
import { mutations as windows } from './mutations/windows.ts';
import type { Mutation } from './system.ts';

/** Each system, with its safeguards. */
export const SYSTEMS: Readonly<Record<string, readonly Mutation[]>> = {
  windows,
  archive,
  rds,
  dynamodb,
  opensearch,
  poller,
};
