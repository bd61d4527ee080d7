import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const service = join(import.meta.dirname, '../../../plugins/msk/conformance');
/** As the driver of `npm run conform -- --stage S --cluster ARN` passes them. */
const PARAMS = {
  cluster: 'arn:aws:kafka:us-east-1:123456789012:cluster/demo/00000000-0000-0000-0000-000000000000-1',
  brokers: 'b-1.example.com:9098',
  auth: 'iam',
  subnets: 'subnet-01234567,subnet-12345678',
  securityGroups: 'sg-01234567',
  replicas: '2',
  enabled: 'true',
};

/**
 * Packages the plugin's conformance service for AWS, into this folder. @returns the path of its template
 * @throws Error with the framework's output if it doesn't compile
 */
export async function conformanceTemplate(folder: string): Promise<string> {
  const params = Object.entries(PARAMS).map(([name, value]) => `--param=${name}=${value}`);
  await promisify(execFile)('serverless', ['package', '--stage', 'aws', '--package', folder, ...params], {
    cwd: service,
  });
  return join(folder, 'cloudformation-template-update-stack.json');
}
