import { DUMMY_CREDENTIALS, type Endpoints, LOCAL_REGION, NOWHERE } from './servers.ts';

/**
 * Variables that override a function's own when it runs locally. The AWS SDK's variables have the addresses of the
 * local servers and dummy credentials. This service's variables switch IAM off, which the local brokers and OpenSearch
 * don't have; they also have the addresses of OpenSearch and of the schema registry.
 * @param refuser endpoint of every other AWS service; it answers one call of Amazon MSK and one of Glue
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
    // Without a registry, a record in the registry's framing is a dead letter, as in a stage without a registry.
    SCHEMA_REGISTRY_URL: endpoints.schemaRegistry === NOWHERE ? '' : endpoints.schemaRegistry,
  };
}
