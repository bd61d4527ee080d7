import { localEnvironment } from '#local/deploy/environment.ts';
import { glueAnswers } from '#local/deploy/glue-answers.ts';
import { readKafkaUsers } from '#local/deploy/kafka-users/kafka-users.ts';
import { secretAnswers, secretPath } from '#local/deploy/kafka-users/secret-answers.ts';
import { mskAnswers } from '#local/deploy/msk-answers.ts';
import { hasStores } from '#local/deploy/needs.ts';
import { refuseAws } from '#local/deploy/refuse-aws.ts';
import { readStack } from '#local/stack-file.ts';
import { type Attached, readAddress } from '#msk';

/**
 * Connects a function that `serverless invoke local` invokes with the running stack.
 * @throws Error if no stack runs, or if its template isn't deployed yet
 */
export async function attach(): Promise<Attached> {
  const { endpoints, references, schemas = [] } = await readStack();
  if (references === undefined) throw new Error('the stack is still deploying: try again in a few seconds');
  const users = await readKafkaUsers(endpoints.kafka);
  const secured = users && { users, path: secretPath() };
  const refuser = await refuseAws((call) => console.error(`refused: ${call.method} ${call.path} (${call.target})`), {
    ...mskAnswers(references, endpoints.kafka),
    ...glueAnswers(schemas),
    ...(secured && secretAnswers(secured.users, secured.path)),
  });
  const since = Date.now();
  /** Names of the function's own variables, without those that the local environment adds. They show its stores. */
  let variables: readonly string[] = [];
  return {
    references,
    bootstrapServers: () => readAddress(endpoints.kafka).bootstrapServers,
    environment: localEnvironment(endpoints, refuser.endpoint, secured),
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
