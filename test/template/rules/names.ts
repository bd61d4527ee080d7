import type { CompiledTemplate } from '#msk';
import { cluster } from './kafka.ts';
import { first, type Rule, resources } from './rule.ts';

/** A service's rule for a name or a description. cfn-lint knows few of them, and can't check intrinsic functions. */
interface Text {
  types: RegExp;
  /** path of the property; `[]` means each item of a list: `SecurityGroupEgress[].Description` */
  path: string;
  pattern: RegExp;
  most: number;
}

/** EC2 API reference: AuthorizeSecurityGroupIngress, CreateSecurityGroup. EC2 allows no apostrophe. */
const ofEc2 = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/;
const anything = /^[^\p{Cc}]*$/u;
const identifier = /^[\w-]+$/;

const texts: Text[] = [
  { types: /^AWS::EC2::SecurityGroup$/, path: 'GroupDescription', pattern: ofEc2, most: 255 },
  { types: /^AWS::EC2::SecurityGroup$/, path: 'SecurityGroupEgress[].Description', pattern: ofEc2, most: 255 },
  { types: /^AWS::EC2::SecurityGroup$/, path: 'SecurityGroupIngress[].Description', pattern: ofEc2, most: 255 },
  { types: /^AWS::EC2::SecurityGroup(In|E)gress$/, path: 'Description', pattern: ofEc2, most: 255 },
  { types: /^AWS::EC2::/, path: 'Tags[].Value', pattern: anything, most: 256 },
  { types: /^AWS::Lambda::Function$/, path: 'FunctionName', pattern: identifier, most: 64 },
  { types: /^AWS::Lambda::Function$/, path: 'Description', pattern: anything, most: 256 },
  {
    types: /^AWS::Lambda::EventSourceMapping$/,
    path: 'AmazonManagedKafkaEventSourceConfig.ConsumerGroupId',
    pattern: /^[\w\-/*:+=.@]+$/,
    most: 200,
  },
  {
    types: /^AWS::Lambda::EventSourceMapping$/,
    path: 'ProvisionedPollerConfig.PollerGroupName',
    pattern: identifier,
    most: 128,
  },
  { types: /^AWS::IAM::Role$/, path: 'RoleName', pattern: /^[\w+=,.@-]+$/, most: 64 },
  { types: /^AWS::IAM::Role$/, path: 'Policies[].PolicyName', pattern: /^[\w+=,.@-]+$/, most: 128 },
  { types: /^AWS::IAM::RolePolicy$/, path: 'PolicyName', pattern: /^[\w+=,.@-]+$/, most: 128 },
  { types: /^AWS::KMS::Key$/, path: 'Description', pattern: anything, most: 8192 },
  { types: /^AWS::Events::Rule$/, path: 'Description', pattern: anything, most: 512 },
  { types: /^AWS::Events::Rule$/, path: 'Targets[].Id', pattern: /^[.\w-]+$/, most: 64 },
  { types: /^AWS::CloudWatch::Alarm$/, path: 'AlarmName', pattern: anything, most: 255 },
  { types: /^AWS::CloudWatch::Alarm$/, path: 'AlarmDescription', pattern: anything, most: 1024 },
  { types: /^AWS::CloudWatch::Dashboard$/, path: 'DashboardName', pattern: identifier, most: 255 },
  { types: /^AWS::Logs::LogGroup$/, path: 'LogGroupName', pattern: /^[.\-_/#A-Za-z0-9]+$/, most: 512 },
  { types: /^AWS::CloudTrail::Trail$/, path: 'TrailName', pattern: /^[a-zA-Z0-9][\w.-]+[a-zA-Z0-9]$/, most: 128 },
  { types: /^AWS::MSK::(Cluster)$/, path: 'ClusterName', pattern: /^[0-9A-Za-z][0-9A-Za-z-]*$/, most: 64 },
  { types: /^AWS::MSK::Configuration$/, path: 'Name', pattern: /^[0-9A-Za-z][0-9A-Za-z-]*$/, most: 256 },
  { types: /^AWS::MSK::Topic$/, path: 'TopicName', pattern: /^[\w.-]+$/, most: 249 },
  { types: /^AWS::SecretsManager::Secret$/, path: 'Name', pattern: /^AmazonMSK_[\w/+=.@-]+$/, most: 512 },
  {
    types: /^AWS::RDS::DBCluster$/,
    path: 'DBClusterIdentifier',
    pattern: /^[a-z](?!.*--)[a-z0-9-]*[a-z0-9]$/,
    most: 63,
  },
  { types: /^AWS::OpenSearchService::Domain$/, path: 'DomainName', pattern: /^[a-z][a-z0-9-]{2,}$/, most: 28 },
  { types: /^AWS::OpenSearchServerless::/, path: 'Name', pattern: /^[a-z][a-z0-9-]{2,}$/, most: 32 },
  { types: /^AWS::OpenSearchServerless::/, path: 'Description', pattern: anything, most: 1000 },
  { types: /^AWS::Glue::Database$/, path: 'DatabaseInput.Name', pattern: /^[a-z0-9_]+$/, most: 255 },
  { types: /^AWS::Glue::Table$/, path: 'TableInput.Name', pattern: /^[a-z0-9_]+$/, most: 255 },
  { types: /^AWS::Glue::(Registry|Schema)$/, path: 'Name', pattern: /^[\w$#.-]+$/, most: 255 },
  { types: /^AWS::Glue::(Registry|Schema)$/, path: 'Description', pattern: anything, most: 2048 },
  { types: /^AWS::Athena::WorkGroup$/, path: 'Name', pattern: /^[\w.-]+$/, most: 128 },
  { types: /^AWS::Athena::NamedQuery$/, path: 'Name', pattern: anything, most: 128 },
  { types: /^AWS::Athena::NamedQuery$/, path: 'Description', pattern: anything, most: 1024 },
];

/** Longest name of a stage, so that all names made from it fit. A search domain's name has at most 28 characters. */
const STAGE_LETTERS = 15;
const LONGEST_REGION = 'ap-southeast-1';

function valuesAt(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (name === undefined || value === undefined) return value === undefined ? [] : [value];
  const below = (value as Record<string, unknown>)[name.replace('[]', '')];
  return name.endsWith('[]')
    ? ((below ?? []) as unknown[]).flatMap((each) => valuesAt(each, rest))
    : valuesAt(below, rest);
}

function refused(template: CompiledTemplate): string[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
    texts
      .filter(({ types }) => types.test(Type))
      .flatMap(({ path, pattern, most }) =>
        valuesAt(Properties, path.split('.'))
          .filter((text) => typeof text !== 'string' || text.length > most || !pattern.test(text))
          .map((text) => `${id}: ${path} is ${JSON.stringify(text)}`),
      ),
  );
}

/** The template for a stage and a Region with long names. The roles' plugin shortens a role's name in the same way. */
function withLongNames(template: CompiledTemplate): CompiledTemplate {
  const [, service = '', stage = ''] = /^(.*)-(\w+)$/.exec(cluster(template).ClusterName) ?? [];
  const long = 'x'.repeat(STAGE_LETTERS);
  const text = JSON.stringify(template)
    .replaceAll(`${service}-${stage}`, `${service}-${long}`)
    .replaceAll(`${service.replaceAll('-', '_')}_${stage}`, `${service.replaceAll('-', '_')}_${long}`)
    .replaceAll('us-east-1', LONGEST_REGION);
  const renamed = JSON.parse(text) as CompiledTemplate;
  for (const [, role] of resources<{ RoleName?: string }>(renamed, 'AWS::IAM::Role')) {
    if ((role.RoleName?.length ?? 0) > 64) role.RoleName = role.RoleName?.replace(/-lambdaRole$/, '') ?? '';
  }
  return renamed;
}

export const nameRules: Rule[] = [
  {
    name: 'names and descriptions have only allowed characters, and are not too long',
    source:
      'API references: EC2 AuthorizeSecurityGroupIngress, Lambda CreateFunction, IAM CreateRole, CloudWatch PutMetricAlarm, EventBridge PutRule, and others',
    check: refused,
    spoil: (template) => {
      first<{ Description: string }>(template, 'AWS::EC2::SecurityGroupIngress').Description = "Kafka's command line";
    },
  },
  {
    name: `a stage's name may have ${STAGE_LETTERS} letters, in any Region`,
    source:
      'the same; OpenSearch Service API reference, CreateDomain: 28 characters; serverless-iam-roles-per-function',
    check: (template) => refused(withLongNames(template)),
    spoil: (template) => {
      const name = `${cluster(template).ClusterName}-notifyOnceMoreOfAlerts-us-east-1`;
      Object.assign(first<object>(template, 'AWS::IAM::Role'), { RoleName: `${name}-lambdaRole` });
    },
  },
];
