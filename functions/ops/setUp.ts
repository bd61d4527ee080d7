import type { Context } from 'aws-lambda';
import { customResource } from './customResource.ts';

interface Step {
  handler(event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<unknown>;
}

/**
 * The steps that the stores need before the first record, in order. Each one is also a function, to be called by hand.
 * A step is loaded when it runs, so that CloudFormation gets an answer even if loading fails.
 */
const steps: Record<string, () => Promise<Step>> = {
  migrate: () => import('./migrate.ts') as Promise<Step>,
  seedCatalogue: () => import('./seedCatalogue.ts') as Promise<Step>,
};

/** The stack's custom resource SetUp: runs in each deployment, before the mappings deliver records. */
export const handler = customResource(async (context) => {
  const results: Record<string, unknown> = {};
  for (const [name, load] of Object.entries(steps)) {
    const step = await load();
    results[name] = await step.handler({}, context).catch((cause: Error) => {
      throw new Error(`${name}: ${cause.message}`, { cause });
    });
  }
  return results;
});
