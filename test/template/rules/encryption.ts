import type { CompiledTemplate } from '#msk';
import { type Rule, resources } from './rule.ts';

type Properties = Record<string, unknown>;

/** The value at a path in the properties: `EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId`. */
function at(properties: unknown, path: string): unknown {
  return path.split('.').reduce((value, name) => (value as Properties | undefined)?.[name], properties);
}

/** The properties that types with data must have. Without `holds`, any value is right: it is the key. */
const encrypted: { type: string; path: string; holds?: (value: unknown) => boolean }[] = [
  { type: 'AWS::MSK::Cluster', path: 'EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId' },
  { type: 'AWS::RDS::DBCluster', path: 'KmsKeyId' },
  { type: 'AWS::RDS::DBCluster', path: 'MasterUserSecret.KmsKeyId' },
  { type: 'AWS::DynamoDB::Table', path: 'SSESpecification.KMSMasterKeyId' },
  { type: 'AWS::S3::Bucket', path: 'BucketEncryption.ServerSideEncryptionConfiguration' },
  { type: 'AWS::Logs::LogGroup', path: 'KmsKeyId' },
  { type: 'AWS::SNS::Topic', path: 'KmsMasterKeyId' },
  { type: 'AWS::SQS::Queue', path: 'KmsMasterKeyId' },
  { type: 'AWS::CloudTrail::Trail', path: 'KMSKeyId' },
  { type: 'AWS::SecretsManager::Secret', path: 'KmsKeyId' },
  { type: 'AWS::Lambda::Function', path: 'KmsKeyArn' },
  {
    type: 'AWS::Athena::WorkGroup',
    path: 'WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration.KmsKey',
  },
  {
    type: 'AWS::OpenSearchService::Domain',
    path: 'EncryptionAtRestOptions.Enabled',
    holds: (value) => value === true,
  },
  { type: 'AWS::OpenSearchService::Domain', path: 'EncryptionAtRestOptions.KmsKeyId' },
  {
    type: 'AWS::EC2::Instance',
    path: 'BlockDeviceMappings',
    holds: (value) =>
      Array.isArray(value) &&
      (value as { Ebs?: { Encrypted?: boolean } }[]).every(({ Ebs }) => Ebs?.Encrypted === true),
  },
];

/** Types without data. A type that is in neither list is an error. */
const dataless = [
  /^AWS::EC2::(?!Instance$|Volume$)/,
  /^AWS::IAM::/,
  /^AWS::KMS::/,
  /^AWS::CloudWatch::/,
  /^AWS::Glue::/, // only names of columns; the account's settings encrypt the data catalog
  /^AWS::Athena::NamedQuery$/,
  /^AWS::MSK::(?!Cluster$)/, // topics are on the cluster's volumes
  /^AWS::Events::/,
  /^AWS::Scheduler::/,
  /^AWS::ApplicationAutoScaling::/,
  /^AWS::ApiGatewayV2::/,
  /^AWS::CloudFormation::CustomResource$|^Custom::/,
  /^AWS::Lambda::(EventSourceMapping|Permission)$/,
  /^AWS::(S3::Bucket|SNS::Topic|SQS::Queue)Policy$/,
  /^AWS::SNS::Subscription$/,
  /^AWS::Logs::ResourcePolicy$/,
  /^AWS::OpenSearchServerless::/, // a collection needs an encryption policy with its key
  /^AWS::RDS::(DBInstance|DBSubnetGroup)$/, // the cluster has the storage
  /^AWS::SecretsManager::ResourcePolicy$/,
];

export const encryptionRules: Rule[] = [
  ...encrypted.map(
    ({ type, path, holds = Boolean }): Rule => ({
      name: `${type}: ${path}`,
      source: `docs/security.md, rule 2; CloudFormation reference, ${type}`,
      check: (template) =>
        resources(template, type)
          .filter(([, properties]) => !holds(at(properties, path)))
          .map(([id]) => `${id} has no ${path}`),
      spoil: (template) => {
        template.Resources['Spoilt'] = { Type: type, Properties: { BlockDeviceMappings: [{ Ebs: {} }] } };
      },
    }),
  ),
  {
    name: 'every type is listed as with or without data',
    source: 'docs/security.md, rule 2',
    check: (template: CompiledTemplate) =>
      Object.entries(template.Resources)
        .filter(([, { Type }]) => !encrypted.some(({ type }) => type === Type))
        .filter(([, { Type }]) => !dataless.some((pattern) => pattern.test(Type)))
        .map(([id, { Type }]) => `${id}: list ${Type} in test/template/rules/encryption.ts`),
    spoil: (template) => {
      template.Resources['Spoilt'] = { Type: 'AWS::EFS::FileSystem', Properties: {} };
    },
  },
];
