import { localEnvironment } from '../../deploy/environment.ts';
import { missingStore } from '../../deploy/needs.ts';
import { refuseAws } from '../../deploy/refuse-aws.ts';
import { readStack } from '../../stack-file.ts';
import type { Attached } from '../../../plugins/msk/contract.ts';

/**
 * The running stack, for a function that `serverless invoke local` invokes.
 * @throws ServerError where none runs yet; Error where it has no such store
 */
export async function attach(functionKey: string, environment: object): Promise<Attached> {
  const { endpoints, references } = await readStack();
  if (references === undefined) throw new Error('the stack is still deploying: try again in a few seconds');
  const missing = missingStore(environment, endpoints);
  if (missing !== undefined) {
    throw new Error(`${functionKey} needs ${missing}, which a stack of \`npm start -- --minimal\` does not have`);
  }
  const { endpoint } = await refuseAws((call) => console.error(`refused: ${call.method} ${call.path} (${call.target})`));
  const since = Date.now();
  return {
    references,
    bootstrapServers: () => endpoints.kafka,
    environment: localEnvironment(endpoints, endpoint),
    async invoked(event) {
      const { showOutcome } = await import('./outcome.ts');
      await showOutcome(event, { endpoints, references, variables: Object.keys(environment), since });
    },
  };
}
