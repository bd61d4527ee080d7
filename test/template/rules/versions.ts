import { functions } from './functions.ts';
import { first, type Rule, resources } from './rule.ts';

/** Versions that AWS supports and that we have tested. CloudFormation accepts any text. Kafka's are in kafka.ts. */
const allowed = {
  runtimes: ['nodejs24.x'],
  architectures: ['arm64'],
  auroraPostgresql: ['17.9'],
  opensearch: ['OpenSearch_2.19', 'OpenSearch_3.1'],
};

interface Database {
  Engine: string;
  EngineVersion: string;
}

export const versionRules: Rule[] = [
  {
    name: 'runtimes and engines have allowed versions',
    source: 'Lambda guide, "Lambda runtimes"; Aurora and OpenSearch Service guides, supported versions',
    check: (template) => [
      ...functions(template)
        .filter(
          ([, { Runtime, Architectures }]) =>
            !allowed.runtimes.includes(Runtime) || !Architectures.every((name) => allowed.architectures.includes(name)),
        )
        .map(([id, { Runtime, Architectures }]) => `${id} runs on ${Runtime}, ${Architectures.join(', ')}`),
      ...resources<Database>(template, 'AWS::RDS::DBCluster')
        .filter(([, { Engine, EngineVersion }]) => {
          return Engine !== 'aurora-postgresql' || !allowed.auroraPostgresql.includes(EngineVersion);
        })
        .map(([id, { Engine, EngineVersion }]) => `${id} is ${Engine} ${EngineVersion}`),
      ...resources<{ EngineVersion: string }>(template, 'AWS::OpenSearchService::Domain')
        .filter(([, { EngineVersion }]) => !allowed.opensearch.includes(EngineVersion))
        .map(([id, { EngineVersion }]) => `${id} is ${EngineVersion}`),
    ],
    spoil: (template) => {
      first<Database>(template, 'AWS::RDS::DBCluster').EngineVersion = '12.4';
    },
  },
  {
    name: 'every skipped check has a reason',
    source: 'docs/security.md, "Controls"',
    check: (template) =>
      Object.entries(template.Resources).flatMap(([id, resource]) => {
        const { Metadata } = resource as { Metadata?: { checkov?: { skip?: { id: string; comment?: string }[] } } };
        return (Metadata?.checkov?.skip ?? [])
          .filter(({ comment = '' }) => comment.length < 20)
          .map((skip) => `${id}: ${skip.id}`);
      }),
    spoil: (template) => {
      const [resource] = Object.values(template.Resources);
      Object.assign(resource ?? {}, { Metadata: { checkov: { skip: [{ id: 'CKV_AWS_1' }] } } });
    },
  },
];
