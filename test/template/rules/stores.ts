import { objectKey } from '#functions/sinks/s3/object.ts';
import type { CompiledTemplate } from '#msk';
import { topics } from './kafka.ts';
import { first, properties, type Rule, resources } from './rule.ts';

interface Table {
  BillingMode: string;
  SSESpecification?: { SSEEnabled: boolean; SSEType: string; KMSMasterKeyId?: string };
  PointInTimeRecoverySpecification?: { PointInTimeRecoveryEnabled: boolean };
}
interface Bucket {
  BucketEncryption?: unknown;
  LoggingConfiguration?: { DestinationBucketName: string };
  PublicAccessBlockConfiguration?: Record<string, boolean>;
}
interface ArchiveTable {
  DatabaseName: string;
  TableInput: { Name: string; Parameters: Record<string, string>; StorageDescriptor: { Location: string } };
}
interface Database {
  StorageEncrypted?: boolean;
  KmsKeyId?: string;
  EnableHttpEndpoint?: boolean;
  ManageMasterUserPassword?: boolean;
  MasterUserPassword?: string;
  ServerlessV2ScalingConfiguration: { MinCapacity: number; MaxCapacity: number; SecondsUntilAutoPause?: number };
}

const publicAccess = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
const database = (template: CompiledTemplate) => first<Database>(template, 'AWS::RDS::DBCluster');

export const storeRules: Rule[] = [
  {
    name: 'tables are on demand, encrypted with our key, and have point-in-time recovery',
    source: 'docs/security.md, DynamoDB.2, CKV_AWS_119',
    check: (template) =>
      resources<Table>(template, 'AWS::DynamoDB::Table')
        .filter(
          ([, table]) =>
            table.BillingMode !== 'PAY_PER_REQUEST' ||
            !table.SSESpecification?.SSEEnabled ||
            !table.SSESpecification.KMSMasterKeyId ||
            !table.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled,
        )
        .map(([id, table]) => `${id}: ${JSON.stringify(table)}`),
    spoil: (template) => {
      delete first<Table>(template, 'AWS::DynamoDB::Table').PointInTimeRecoverySpecification;
    },
  },
  {
    name: 'buckets are encrypted and closed to the public',
    source: 'docs/security.md, S3.1, S3.8',
    check: (template) =>
      resources<Bucket>(template, 'AWS::S3::Bucket').flatMap(([id, bucket]) => [
        ...(bucket.BucketEncryption ? [] : [`${id} is not encrypted`]),
        ...publicAccess
          .filter((name) => !bucket.PublicAccessBlockConfiguration?.[name])
          .map((name) => `${id} lacks ${name}`),
      ]),
    spoil: (template) => {
      delete properties<Bucket>(template, 'ArchiveBucket').PublicAccessBlockConfiguration;
    },
  },
  {
    name: 'the archive rejects plaintext connections, and has versioning',
    source: 'docs/security.md, S3.5, CKV_AWS_21',
    check: (template) => {
      const policies = resources<{ Bucket: string }>(template, 'AWS::S3::BucketPolicy')
        .filter(([, { Bucket }]) => Bucket === 'ArchiveBucket')
        .map(([, properties]) => JSON.stringify(properties));
      const bucket = properties<{ VersioningConfiguration?: { Status: string } }>(template, 'ArchiveBucket');
      return [
        ...(policies.some((text) => /"Deny".*"aws:SecureTransport":"?false/.test(text))
          ? []
          : ['no policy against plaintext']),
        ...(bucket.VersioningConfiguration?.Status === 'Enabled' ? [] : ['no versions']),
      ];
    },
    spoil: (template) => {
      delete template.Resources['ArchiveBucketPolicy'];
    },
  },
  {
    name: 'a bucket with access logs waits for the policy of the target bucket',
    source: 'S3 guide, "Permissions for log delivery"',
    check: (template) => {
      const policies = resources<{ Bucket: string }>(template, 'AWS::S3::BucketPolicy');
      return resources<Bucket>(template, 'AWS::S3::Bucket')
        .filter(([id, { LoggingConfiguration }]) => {
          const target = LoggingConfiguration?.DestinationBucketName;
          const waits = [template.Resources[id]?.DependsOn].flat();
          return target && !policies.some(([policy, { Bucket }]) => Bucket === target && waits.includes(policy));
        })
        .map(([id]) => id);
    },
    spoil: (template) => {
      delete template.Resources['ServerlessDeploymentBucket']?.DependsOn;
    },
  },
  {
    name: 'Aurora is encrypted, has the Data API, and no password in the template',
    source: 'docs/security.md, RDS.27 and rule 4; Aurora guide, "Using the Data API"',
    check: (template) => {
      const { StorageEncrypted, KmsKeyId, EnableHttpEndpoint, ManageMasterUserPassword, MasterUserPassword } =
        database(template);
      return [
        ...(StorageEncrypted && KmsKeyId ? [] : ['not encrypted']),
        ...(EnableHttpEndpoint ? [] : ['no Data API']),
        ...(ManageMasterUserPassword && !MasterUserPassword ? [] : ['a password in the template']),
        ...resources<{ PubliclyAccessible?: boolean; DBInstanceClass: string }>(template, 'AWS::RDS::DBInstance')
          .filter(
            ([, { PubliclyAccessible, DBInstanceClass }]) =>
              PubliclyAccessible !== false || DBInstanceClass !== 'db.serverless',
          )
          .map(([id]) => `${id} is public, or not serverless`),
      ];
    },
    spoil: (template) => {
      database(template).EnableHttpEndpoint = false;
    },
  },
  {
    name: "Aurora's capacity is a range; automatic pause needs a minimum of 0",
    source: 'Aurora guide, "Scaling to zero ACUs with automatic pause and resume"',
    check: (template) => {
      const { MinCapacity, MaxCapacity, SecondsUntilAutoPause } = database(template).ServerlessV2ScalingConfiguration;
      return [
        ...(MinCapacity <= MaxCapacity ? [] : [`from ${MinCapacity} to ${MaxCapacity} ACU`]),
        ...((SecondsUntilAutoPause !== undefined) === (MinCapacity === 0) ? [] : [`pauses from ${MinCapacity} ACU`]),
      ];
    },
    spoil: (template) => {
      database(template).ServerlessV2ScalingConfiguration.MinCapacity = 32;
    },
  },
  {
    name: 'keys rotate, and logs expire',
    source: 'docs/security.md, CKV_AWS_7, CKV_AWS_66',
    check: (template) => [
      ...resources<{ EnableKeyRotation?: boolean }>(template, 'AWS::KMS::Key')
        .filter(([, { EnableKeyRotation }]) => !EnableKeyRotation)
        .map(([id]) => `${id} doesn't rotate`),
      ...resources<{ RetentionInDays?: number }>(template, 'AWS::Logs::LogGroup')
        .filter(([, { RetentionInDays }]) => !RetentionInDays)
        .map(([id]) => `${id} keeps its logs for ever`),
    ],
    spoil: (template) => {
      delete first<{ EnableKeyRotation?: boolean }>(template, 'AWS::KMS::Key').EnableKeyRotation;
    },
  },
  {
    name: 'the Athena tables have the paths that archiveToS3 writes, by day and hour',
    source: 'Athena guide, "Use partition projection"; functions/sinks/s3/object.ts',
    check: (template) => {
      const tables = resources<ArchiveTable>(template, 'AWS::Glue::Table').map(([, { TableInput }]) => TableInput);
      const at = Date.UTC(2026, 10, 9, 7);
      return topics(template).flatMap(({ TopicName }) => {
        const key = `s3://ArchiveBucket/${objectKey({ topic: TopicName, partition: 2, epoch: 0 }, 41, at)}`;
        const locations = tables.map(({ Parameters }) =>
          (Parameters['storage.location.template'] ?? '').replace(/\$\{(dt|hour)\}/g, (_, name) =>
            name === 'dt' ? '2026-11-09' : '07',
          ),
        );
        return locations.some((location) => location !== '' && key.replace(/[^/]+$/, '') === location)
          ? []
          : [`${TopicName}: no table for ${key}`];
      });
    },
    spoil: (template) => {
      first<ArchiveTable>(template, 'AWS::Glue::Table').TableInput.Parameters['storage.location.template'] = 's3://x/';
    },
  },
  {
    name: 'every topic has a query on an existing table',
    source: 'docs/deploy.md, "The archive in Athena"',
    check: (template) => {
      const queries = resources<{ QueryString: string }>(template, 'AWS::Athena::NamedQuery').map(
        ([, { QueryString }]) => QueryString,
      );
      const tables = resources<ArchiveTable>(template, 'AWS::Glue::Table').map(
        ([, { DatabaseName, TableInput }]) => `"${DatabaseName}"."${TableInput.Name}"`,
      );
      return [
        ...(queries.length < topics(template).length ? [`${queries.length} queries`] : []),
        ...queries.filter((text) => !tables.some((table) => text.includes(table))),
      ];
    },
    spoil: (template) => {
      first<{ QueryString: string }>(template, 'AWS::Athena::NamedQuery').QueryString = 'SELECT 1';
    },
  },
  {
    name: 'every bucket has an access log, and rejects plaintext',
    source: 'docs/security.md, S3.5, S3.9',
    check: (template) => {
      const policies = JSON.stringify(resources(template, 'AWS::S3::BucketPolicy'));
      return [
        ...resources<{ LoggingConfiguration?: { DestinationBucketName: string } }>(template, 'AWS::S3::Bucket').flatMap(
          ([id, { LoggingConfiguration }]) => [
            ...(id === 'LogsBucket' || LoggingConfiguration?.DestinationBucketName === 'LogsBucket'
              ? []
              : [`${id} has no access log`]),
            ...(policies.includes(`"Bucket":"${id}"`) ? [] : [`${id} has no policy`]),
          ],
        ),
      ];
    },
    spoil: (template) => {
      delete properties<Bucket>(template, 'ArchiveBucket').LoggingConfiguration;
    },
  },
];
