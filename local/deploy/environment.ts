import { DUMMY_CREDENTIALS, type Endpoints, LOCAL_REGION } from './servers.ts';

/**
 * What is laid over every function's own environment when it runs here: where the SDK finds the local servers, by its
 * own variables, and credentials that no account has. KAFKA_AUTH is the one variable of the service that is changed,
 * whatever stage's template runs: a broker outside Amazon MSK doesn't know IAM.
 * @param refuser endpoint of every other AWS service
 */
export function localEnvironment(endpoints: Endpoints, refuser: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: refuser,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_RDS_DATA: endpoints.rdsData,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    KAFKA_AUTH: 'none',
  };
}
