/** The environment of all sinks, with one endpoint for every service. */
export function environment(endpoint: string): Record<string, string> {
  const kinds = ['VEHICLES', 'ALERTS', 'TRIPS', 'ORDERS', 'USERS', 'DEVICES', 'RECORDS', 'CHECKPOINTS'];
  return {
    ...Object.fromEntries(kinds.map((kind) => [`${kind}_TABLE`, `pipeline-bench-${kind}Table-1ABCDEFGHIJKL`])),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'dummy',
    AWS_SECRET_ACCESS_KEY: 'dummy',
    AWS_ENDPOINT_URL: endpoint,
    OPENSEARCH_NODE: endpoint,
    OPENSEARCH_AUTH: 'none',
    ARCHIVE_BUCKET: 'archive',
    TOPIC_EPOCHS: '{}',
    DATABASE_ARN: 'arn:aws:rds:us-east-1:000000000000:cluster:bench',
    DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:bench',
    DATABASE_NAME: 'pipeline',
    KAFKA_AUTH: 'none',
    HANDING_BACK: 'report',
    DEAD_LETTER_MAX_BYTES: '1044480',
    TOMBSTONE_DAYS: '30',
    LOGIN_DAYS: '365',
    GLUE_REGISTRY: 'none',
    SCHEMA_REGISTRY_URL: '',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
}
