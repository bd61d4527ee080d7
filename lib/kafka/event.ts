import type { MSKEvent, MSKRecord } from 'aws-lambda';

/**
 * A record of an MSK event as Lambda really makes it. In @types/aws-lambda, `key` and `value` are always strings, and
 * there is no schema metadata. But a record without a key has `key` null or absent, a tombstone has `value` null, and
 * an event source mapping with a schema registry adds the schema's format and id.
 */
export interface MskEventRecord extends Omit<MSKRecord, 'key' | 'value' | 'headers'> {
  /** base64 */
  key?: string | null;
  /** base64 */
  value?: string | null;
  /** each header is an object: its one name -> the value's bytes, signed: -128 to 127 */
  headers?: MSKRecord['headers'];
  keySchemaMetadata?: SchemaMetadata;
  valueSchemaMetadata?: SchemaMetadata;
}

/**
 * The registered schema's format and id. With EventRecordFormat JSON, the value is JSON text, whatever the schema's
 * format; with SOURCE, the value is in the schema's format. In both cases Lambda has removed the schema id from the
 * value (Lambda API, KafkaSchemaRegistryConfig).
 */
export interface SchemaMetadata {
  dataFormat: 'AVRO' | 'JSON' | 'PROTOBUF';
  schemaId: string;
}

/** An MSK event. Its records are keyed by "<topic>-<partition>"; one event may hold several partitions. */
export interface MskEvent extends Omit<MSKEvent, 'records'> {
  records: Record<string, MskEventRecord[]>;
}

/**
 * The answer for ReportBatchItemFailures. @types/aws-lambda has `itemIdentifier` as a string; for Kafka it is an
 * object, with the partition as "<topic>-<partition>" (AWS Lambda Developer Guide, "Configuring error handling for
 * Kafka event sources").
 */
export interface MskBatchResponse {
  batchItemFailures: { itemIdentifier: { partition: string; offset: number } }[];
}
