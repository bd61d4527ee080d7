import { localEnvironment } from '#local/deploy/environment.ts';
import { glueAnswers } from '#local/deploy/glue-answers.ts';
import { mskAnswers } from '#local/deploy/msk-answers.ts';
import { hasStores } from '#local/deploy/needs.ts';
import { refuseAws } from '#local/deploy/refuse-aws.ts';
import { readStack } from '#local/stack-file.ts';
import type { Attached } from '#msk';

/**
 * The running stack, for a function that `serverless invoke local` invokes.
 * @throws Error where none runs, or its template isn't deployed yet
 */
export async function attach(): Promise<Attached> {
  const { endpoints, references, schemas = [] } = await readStack();
  if (references === undefined) throw new Error('the stack is still deploying: try again in a few seconds');
  const refuser = await refuseAws((call) => console.error(`refused: ${call.method} ${call.path} (${call.target})`), {
    ...mskAnswers(references, endpoints.kafka),
    ...glueAnswers(schemas),
  });
  const since = Date.now();
  /** The function's own, which tell its stores: what is laid over them is the same for all. */
  let variables: readonly string[] = [];
  return {
    references,
    bootstrapServers: () => endpoints.kafka,
    environment: localEnvironment(endpoints, refuser.endpoint),
    runs(environment) {
      variables = Object.keys(environment);
      return hasStores(environment, endpoints);
    },
    async invoked(event) {
      const { showOutcome } = await import('./outcome.ts');
      await showOutcome(event, { endpoints, references, variables, since });
    },
  };
}
