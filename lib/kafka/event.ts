import type { MSKEvent, MSKRecord } from 'aws-lambda';

/**
 * A record of an MSK event as Lambda really makes it. @types/aws-lambda has `key` and `value` always as strings and
 * knows no schema metadata: a record without a key comes with `key` null or absent, a tombstone with `value` null, and
 * a mapping with a schema registry adds what it knows of the schema.
 */
export interface MskEventRecord extends Omit<MSKRecord, 'key' | 'value' | 'headers'> {
  /** base64 */
  key?: string | null;
  /** base64 */
  value?: string | null;
  /** each header is an object of one name and its value's bytes, signed: -128 to 127 */
  headers?: MSKRecord['headers'];
  keySchemaMetadata?: SchemaMetadata;
  valueSchemaMetadata?: SchemaMetadata;
}

/**
 * The registered schema's format and id. With EventRecordFormat JSON the value is JSON text whatever the format, with
 * SOURCE it is the format's bytes; the id that stood before them is gone either way (Lambda API, KafkaSchemaRegistryConfig).
 */
export interface SchemaMetadata {
  dataFormat: 'AVRO' | 'JSON' | 'PROTOBUF';
  schemaId: string;
}

/** An MSK event; its records are keyed by "<topic>-<partition>", and a payload may hold several partitions. */
export interface MskEvent extends Omit<MSKEvent, 'records'> {
  records: Record<string, MskEventRecord[]>;
}

/**
 * What ReportBatchItemFailures wants, and @types/aws-lambda hasn't: the partition as "<topic>-<partition>", in an
 * object, not a string (AWS Lambda Developer Guide, "Configuring error handling for Kafka event sources").
 */
export interface MskBatchResponse {
  batchItemFailures: { itemIdentifier: { partition: string; offset: number } }[];
}
