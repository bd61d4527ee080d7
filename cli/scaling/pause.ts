import type { StackFile } from '#local/stack-file.ts';
import { lambdaOfRun } from '../mappings/client.ts';
import { listMappings, switchMapping } from '../mappings/event-source-mappings.ts';
import type { Pause } from './add-partitions.ts';

/** Pauses a function of the running stack, by its Lambda API. */
export function pauseIn(stack: StackFile): Pause {
  return async ({ function: name, from, group }, signal) => {
    const lambda = lambdaOfRun(stack);
    const all = await listMappings(lambda);
    const mapping = all.find((own) => own.function === name && own.topic === from && own.group === group);
    if (mapping === undefined) throw new Error(`the running stack has no mapping of ${name} to switch off`);
    const changed = await switchMapping(lambda, mapping, false, { signal });
    if (!changed) return undefined;
    return async () => void (await switchMapping(lambda, mapping, true, { signal: new AbortController().signal }));
  };
}
