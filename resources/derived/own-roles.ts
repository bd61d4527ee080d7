import { readService, type Serverless } from './service.ts';

/**
 * By what the ARN of a caller begins who is one of the service's functions: a role of its own each, in sessions that
 * Lambda names. Role by role, since the stack's other roles, which people work with, begin with the same name.
 * @param serverless what the framework hands to a file that exports a function
 */
export async function ownRoles(serverless: Serverless): Promise<object[]> {
  const { functions } = await readService(serverless);
  return functions.map(({ stem }) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:sts::\${AWS::AccountId}:assumed-role/\${${stem}IamRoleLambdaExecution}/`,
  }));
}
