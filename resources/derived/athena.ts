import { idOf, type Service } from './service.ts';

/** Fields of a line in the archive (functions/sinks/s3/line.ts). Athena ignores case in names. */
const columns = [
  { Name: 'topic', Type: 'string' },
  { Name: 'partition', Type: 'int' },
  { Name: 'offset', Type: 'bigint' },
  { Name: 'timestamp', Type: 'bigint', Comment: 'ms' },
  { Name: 'key', Type: 'string' },
  { Name: 'keybase64', Type: 'string', Comment: 'where the key is no UTF-8' },
  { Name: 'headers', Type: 'array<struct<name:string,text:string,base64:string>>' },
  { Name: 'value', Type: 'string', Comment: 'the JSON: json_extract_scalar(value, $.vehicleId)' },
  { Name: 'valuebase64', Type: 'string', Comment: 'where the value is no JSON' },
];

/** The first day of the partitions. */
const FIRST_DAY = '2026-01-01';

/** A Glue table and a saved Athena query for each topic. */
export function archiveTables(service: Service): Record<string, object> {
  return Object.fromEntries(
    service.topics.flatMap((topic) => [
      [`${idOf(topic)}ArchiveTable`, table(service, topic)],
      [`${idOf(topic)}ArchiveQuery`, query(service, topic)],
    ]),
  );
}

/**
 * Partition projection computes the partitions, so no crawler is needed. The layout is the one in
 * functions/sinks/s3/object.ts, for a topic that was never created again.
 */
function table({ archiveDatabase }: Service, topic: string): object {
  const location = (path: string) => ({ 'Fn::Join': ['', ['s3://', { Ref: 'ArchiveBucket' }, `/${topic}${path}/`]] });
  return {
    Type: 'AWS::Glue::Table',
    DependsOn: 'ArchiveDatabase',
    Properties: {
      CatalogId: { Ref: 'AWS::AccountId' },
      DatabaseName: archiveDatabase,
      TableInput: {
        Name: tableName(topic),
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: [
          { Name: 'dt', Type: 'string', Comment: 'UTC, of the first record of the object' },
          { Name: 'hour', Type: 'string' },
        ],
        Parameters: {
          classification: 'json',
          'projection.enabled': 'true',
          'projection.dt.type': 'date',
          'projection.dt.format': 'yyyy-MM-dd',
          'projection.dt.range': `${FIRST_DAY},NOW`,
          'projection.hour.type': 'integer',
          'projection.hour.range': '0,23',
          'projection.hour.digits': '2',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena replaces it
          'storage.location.template': location('/dt=${dt}/hour=${hour}'),
        },
        StorageDescriptor: {
          Columns: columns,
          Location: location(''),
          InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          // This library returns a JSON object as its text if the column is a string.
          SerdeInfo: {
            SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
            Parameters: { 'ignore.malformed.json': 'false' },
          },
        },
      },
    },
  };
}

function query({ name, archiveDatabase }: Service, topic: string): object {
  return {
    Type: 'AWS::Athena::NamedQuery',
    Properties: {
      Name: `${name}: ${topic}, today's latest`,
      Description: `The latest records of ${topic} in the archive`,
      Database: archiveDatabase,
      WorkGroup: { Ref: 'ArchiveQueries' },
      QueryString: `SELECT from_unixtime("timestamp" / 1000e0) AS at, "partition", "offset", key, value, valuebase64, headers
FROM "${archiveDatabase}"."${tableName(topic)}"
WHERE dt = date_format(current_timestamp AT TIME ZONE 'UTC', '%Y-%m-%d')
ORDER BY "timestamp" DESC
LIMIT 100`,
    },
  };
}

function tableName(topic: string): string {
  return topic.replaceAll(/[^a-z0-9]/g, '_');
}
