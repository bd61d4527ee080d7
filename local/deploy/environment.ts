import { DUMMY_CREDENTIALS, type Endpoints, LOCAL_REGION, NOWHERE } from './servers.ts';

/**
 * What is laid over every function's own environment when it runs here: where the SDK finds the local servers, by its
 * own variables, and credentials that no account has. Of the service's variables those are changed, whatever stage's
 * template runs, that say how to sign in: neither a broker outside Amazon MSK nor this OpenSearch knows IAM; and where
 * OpenSearch and the Confluent-compatible registry are, which no SDK finds.
 * @param refuser endpoint of every other AWS service, and of Amazon MSK's own, and of Glue, of which it answers one call each
 */
export function localEnvironment(endpoints: Endpoints, refuser: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: refuser,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_RDS_DATA: endpoints.rdsData,
    AWS_ENDPOINT_URL_KAFKA: refuser,
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    KAFKA_AUTH: 'none',
    OPENSEARCH_NODE: endpoints.opensearch,
    OPENSEARCH_AUTH: 'none',
    // Without a registry, a record in its framing is a dead letter, as in any stage that has none.
    SCHEMA_REGISTRY_URL: endpoints.schemaRegistry === NOWHERE ? '' : endpoints.schemaRegistry,
  };
}
