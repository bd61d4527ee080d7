import type { CompiledTemplate } from '#msk';
import { differences } from './check/differences.ts';
import { plainTemplates, templates } from './check/variants.ts';
import { PACKAGING_MS } from './compiled.ts';
import { mappings } from './rules/functions.ts';
import { cluster, configs, topics } from './rules/kafka.ts';
import { resources } from './rules/rule.ts';

let compiled: Map<string, CompiledTemplate>;
beforeAll(async () => {
  compiled = await plainTemplates();
}, PACKAGING_MS);
const templateOf = (name: string) => compiled.get(name) as CompiledTemplate;

test.each([
  { stage: 'local', brokers: 1, zones: 2, replicas: 1, minInsync: 1, nat: 1, provisioned: false },
  { stage: 'dev', brokers: 2, zones: 2, replicas: 2, minInsync: 1, nat: 1, provisioned: false },
  { stage: 'prod', brokers: 3, zones: 3, replicas: 3, minInsync: 2, nat: 3, provisioned: true },
] as const)('$stage: $brokers brokers in $zones zones, $replicas replicas', (expected) => {
  const template = templateOf(expected.stage);

  expect(cluster(template).NumberOfBrokerNodes).toBe(expected.brokers);
  expect(cluster(template).BrokerNodeGroupInfo.ClientSubnets).toHaveLength(expected.zones);
  expect(resources(template, 'AWS::EC2::NatGateway')).toHaveLength(expected.nat);
  expect(new Set(topics(template).map((topic) => topic.ReplicationFactor))).toEqual(new Set([expected.replicas]));
  expect(new Set(topics(template).map((topic) => configs(topic)['min.insync.replicas']))).toEqual(
    new Set([String(expected.minInsync)]),
  );
  for (const [, mapping] of mappings(template)) {
    expect(mapping.ProvisionedPollerConfig !== undefined).toBe(expected.provisioned);
  }
});

/** Where `local` may differ from `dev`. Other differences would mean that local runs don't test what dev deploys. */
const differing: { path: RegExp; why: string }[] = [
  { path: /^MskCluster\.NumberOfBrokerNodes$/, why: 'one process is one broker' },
  { path: /^\w+Topic\.ReplicationFactor$/, why: 'one broker holds one replica' },
  { path: /^MskConfiguration\.ServerProperties$/, why: 'the same, as the default' },
  { path: /^Broker2\w+(\.|$)/, why: 'alarms of a second broker' },
  { path: /^Dashboard\.DashboardBody/, why: 'the same' },
  { path: /^\w+LambdaFunction\.Environment\.Variables\.KAFKA_AUTH$/, why: 'the local broker has no IAM' },
];

test('local differs from dev only in what one broker cannot do', () => {
  const found = differences(
    named(templateOf('local').Resources, 'local'),
    named(templateOf('dev').Resources, 'dev'),
  ).filter((path) => !differing.some((allowed) => allowed.path.test(path)));

  expect(found).toEqual([]);
});

test.each(Object.keys(templates))('%s: the stack is well within the limits of CloudFormation', (name) => {
  expect(Object.keys(templateOf(name).Resources).length).toBeLessThan(475); // of 500, and another domain needs about 25
  expect(JSON.stringify(templateOf(name)).length).toBeLessThan(800_000); // of 1 MB
});

/** The properties of each resource, without the stage's name and the time of packaging. */
function named(all: CompiledTemplate['Resources'], stage: string): unknown {
  const text = JSON.stringify(Object.fromEntries(Object.entries(all).map(([id, { Properties }]) => [id, Properties])));
  return JSON.parse(
    text
      .replaceAll(`msk-pipeline-${stage}`, 'msk-pipeline-STAGE')
      .replaceAll(`msk_pipeline_${stage}`, 'msk_pipeline_STAGE')
      .replaceAll(`msk-pipeline/${stage}/`, 'msk-pipeline/STAGE/')
      .replace(/\d{13}-\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(`"${stage}"`, '"STAGE"'),
  );
}
