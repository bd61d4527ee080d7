import type { Serverless } from '../choices/choices.ts';
import { readService } from './service.ts';

/**
 * Prefixes of the caller's ARN in calls by the service's functions, one for each role. (Lambda chooses the name of the
 * session.) The stack's name as the prefix would also match the roles of the operators' instances.
 * @param serverless the framework passes it to a file that exports a function
 */
export async function ownRoles(serverless: Serverless): Promise<object[]> {
  const { functions } = await readService(serverless);
  return functions.map(({ stem }) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:sts::\${AWS::AccountId}:assumed-role/\${${stem}IamRoleLambdaExecution}/`,
  }));
}
