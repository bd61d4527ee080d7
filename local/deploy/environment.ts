import type { Endpoints } from '../servers/catalogue.ts';
import { SERVERS } from '../servers/catalogue.ts';
import type { KafkaUsers } from './kafka-users/kafka-users.ts';
import { DUMMY_CREDENTIALS, LOCAL_REGION } from './servers.ts';

/**
 * Variables that override a function's own when it runs locally. The AWS SDK's variables have the addresses of the
 * local servers and dummy credentials. This service's variables switch IAM and CloudWatch off, which aren't here, and
 * have the addresses of the servers that the SDK doesn't know.
 * @param refuser endpoint of every other AWS service; it answers one call of Amazon MSK and one of Glue
 * @param secured the functions' users, where the brokers ask for a password, and the path for questions about secrets
 */
export function localEnvironment(
  endpoints: Endpoints,
  refuser: string,
  secured?: { users: KafkaUsers; path: string },
): Record<string, string> {
  const ofServers = SERVERS.map(
    ({ endpoint, variables }) => endpoint !== undefined && variables?.(endpoints[endpoint]),
  );
  return {
    AWS_ENDPOINT_URL: refuser,
    AWS_ENDPOINT_URL_KAFKA: refuser,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    KAFKA_AUTH: secured === undefined ? 'none' : 'scram',
    ...(secured && {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `${refuser}${secured.path}`,
      NODE_EXTRA_CA_CERTS: secured.users.caFile,
    }),
    CLOUDWATCH: 'off',
    ...Object.assign({}, ...ofServers),
  };
}
