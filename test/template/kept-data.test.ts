import type { CompiledTemplate } from '#msk';
import { plainTemplates, templates } from './check/variants.ts';
import { PACKAGING_MS } from './compiled.ts';

const ofProd = Object.keys(templates).filter((name) => templates[name]?.stage === 'prod');
let compiled: Map<string, CompiledTemplate>;
beforeAll(async () => {
  compiled = await plainTemplates(ofProd);
}, PACKAGING_MS);

/** Types that may be deleted with the stack. All other types hold data and must be kept. */
const deletable: { type: RegExp; why: string }[] = [
  {
    type: /^AWS::(ApiGatewayV2|ApplicationAutoScaling|Athena|CloudWatch|EC2|Events|IAM|Lambda|SNS)::/,
    why: 'settings',
  },
  { type: /^Custom::|Policy$/, why: 'settings' },
  { type: /^AWS::MSK::(Configuration|BatchScramSecret)$/, why: 'settings' },
  { type: /^AWS::RDS::DBSubnetGroup$/, why: 'settings' },
  { type: /^AWS::OpenSearchServerless::(CollectionGroup|VpcEndpoint)$/, why: 'settings' },
  { type: /^AWS::Glue::(Database|Table)$/, why: 'describe the archive, whose objects are kept' },
  { type: /^AWS::CloudTrail::Trail$/, why: 'its events are in a bucket' },
  { type: /^AWS::SecretsManager::Secret$/, why: 'a password, which can be created again' },
  { type: /^AWS::Logs::LogGroup$/, why: 'logs, which expire anyway' },
];
/** Contains packages, which can be built again. */
const PACKAGES = 'ServerlessDeploymentBucket';
const kept = ['Retain', 'RetainExceptOnCreate'];
/** They also have deletion protection. */
const protectedTypes = ['AWS::DynamoDB::Table', 'AWS::RDS::DBCluster'];

/** Logical ids of resources with data that the stack deletes. */
function dropped({ Resources }: CompiledTemplate): string[] {
  return Object.entries(Resources)
    .filter(([id, { Type }]) => id !== PACKAGES && !deletable.some(({ type }) => type.test(Type)))
    .filter(([, { DeletionPolicy = 'Delete' }]) => !kept.includes(DeletionPolicy))
    .map(([id]) => id);
}

test.each(ofProd)('%s keeps its data when the stack is deleted', (name) => {
  const template = compiled.get(name) as CompiledTemplate;
  const unprotected = Object.entries(template.Resources)
    .filter(([, { Type }]) => protectedTypes.includes(Type))
    .filter(([, { Properties = {} }]) => !(Properties['DeletionProtectionEnabled'] ?? Properties['DeletionProtection']))
    .map(([id]) => id);

  expect(dropped(template)).toEqual([]);
  expect(unprotected).toEqual([]);
});

test('finds data that the stack would delete, for every type that holds data', () => {
  const types = [...compiled.values()].flatMap((template) => {
    const spoilt = structuredClone(template);
    for (const resource of Object.values(spoilt.Resources)) delete resource.DeletionPolicy;
    return dropped(spoilt).map((id) => spoilt.Resources[id]?.Type);
  });

  expect(new Set(types)).toEqual(
    new Set([
      'AWS::DynamoDB::Table',
      'AWS::Glue::Registry',
      'AWS::Glue::Schema',
      'AWS::KMS::Key',
      'AWS::MSK::Cluster',
      'AWS::MSK::Topic',
      'AWS::OpenSearchServerless::Collection',
      'AWS::OpenSearchService::Domain',
      'AWS::RDS::DBCluster',
      'AWS::RDS::DBInstance',
      'AWS::S3::Bucket',
    ]),
  );
});
