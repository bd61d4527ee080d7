/**
 * The MSK event as Lambda really makes it. @types/aws-lambda has `key` and `value` always a string and knows neither
 * schema metadata nor the response: a record without a key comes with `key` null or absent, a tombstone with `value`
 * null, and a mapping with a schema registry adds the metadata.
 */
export interface MskEvent {
  eventSource: 'aws:kafka';
  eventSourceArn: string;
  bootstrapServers: string;
  /** keyed by "<topic>-<partition>"; a payload may hold several partitions */
  records: Record<string, MskEventRecord[]>;
}

export interface MskEventRecord {
  topic: string;
  partition: number;
  offset: number;
  /** ms since the epoch */
  timestamp: number;
  timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  /** base64 */
  key?: string | null;
  /** base64 */
  value?: string | null;
  /** each header is an object of one name and its value's bytes, signed: -128 to 127 */
  headers?: Record<string, number[]>[];
  keySchemaMetadata?: SchemaMetadata;
  valueSchemaMetadata?: SchemaMetadata;
}

export interface SchemaMetadata {
  dataFormat: 'AVRO' | 'JSON' | 'PROTOBUF';
  schemaId: string;
}

/** What ReportBatchItemFailures wants: the partition as "<topic>-<partition>", in an object, not a string. */
export interface MskBatchResponse {
  batchItemFailures: { itemIdentifier: { partition: string; offset: number } }[];
}
