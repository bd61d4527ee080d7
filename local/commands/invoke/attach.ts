import type { Attached } from '../../../plugins/msk/contract.ts';
import { localEnvironment } from '../../deploy/environment.ts';
import { hasStores } from '../../deploy/needs.ts';
import { refuseAws } from '../../deploy/refuse-aws.ts';
import { readStack } from '../../stack-file.ts';

/**
 * The running stack, for a function that `serverless invoke local` invokes.
 * @throws Error where none runs, or its template isn't deployed yet
 */
export async function attach(): Promise<Attached> {
  const { endpoints, references } = await readStack();
  if (references === undefined) throw new Error('the stack is still deploying: try again in a few seconds');
  const refuser = await refuseAws((call) => console.error(`refused: ${call.method} ${call.path} (${call.target})`));
  const since = Date.now();
  return {
    references,
    bootstrapServers: () => endpoints.kafka,
    environment: localEnvironment(endpoints, refuser.endpoint),
    runs: (environment) => hasStores(environment, endpoints),
    async invoked(event, environment) {
      const { showOutcome } = await import('./outcome.ts');
      await showOutcome(event, { endpoints, references, variables: Object.keys(environment), since });
    },
  };
}
