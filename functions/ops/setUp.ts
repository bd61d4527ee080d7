import type { Context } from 'aws-lambda';
import { customResource } from './customResource.ts';

interface Step {
  handler(event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<unknown>;
}

/**
 * What the stores need before the first record, in order; each is a function of its own too, to be called by hand.
 * Loaded when it is its turn, so that one that can't start is a failure that CloudFormation is told.
 */
const steps: Record<string, () => Promise<Step>> = {
  migrate: () => import('./migrate.ts') as Promise<Step>,
  seedCatalogue: () => import('./seedCatalogue.ts') as Promise<Step>,
};

/** The stack's custom resource SetUp: part of each deployment, before the mappings deliver. */
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
