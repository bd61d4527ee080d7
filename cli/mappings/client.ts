import { LambdaClient } from '@aws-sdk/client-lambda';
import { DUMMY_CREDENTIALS, LOCAL_REGION, NOWHERE } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';

/** A client of Lambda's API, and the part of the functions' names that isn't their key in the service. */
export interface Lambda {
  readonly client: LambdaClient;
  /** `<service>-<stage>-`, as the framework names functions */
  readonly prefix: string;
}

/** `service` in serverless.yml */
const SERVICE = 'msk-pipeline';

/** Lambda's API of a deployed stage, with the operator's own credentials. */
export function lambdaOfStage(stage: string, region: string | undefined, profile: string | undefined): Lambda {
  const client = new LambdaClient({ ...(region && { region }), ...(profile && { profile }) });
  return { client, prefix: `${SERVICE}-${stage}-` };
}

/** Lambda's API as the running stack answers it. @throws Error where the stack has no running functions */
export function lambdaOfRun({ endpoints: { aws }, stage }: StackFile): Lambda {
  if (aws === NOWHERE) throw new Error('the running stack has no functions: start it with `npm start`');
  const client = new LambdaClient({ endpoint: aws, region: LOCAL_REGION, credentials: DUMMY_CREDENTIALS });
  return { client, prefix: `${SERVICE}-${stage}-` };
}
