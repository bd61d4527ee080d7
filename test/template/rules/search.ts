import type { CompiledTemplate } from '#msk';
import { first, type Rule, resources } from './rule.ts';

const TYPE = 'AWS::OpenSearchService::Domain';

interface Domain {
  VPCOptions?: { SubnetIds: string[]; SecurityGroupIds: string[] };
  ClusterConfig: { InstanceCount: number; ZoneAwarenessConfig?: { AvailabilityZoneCount: number } };
  NodeToNodeEncryptionOptions?: { Enabled: boolean };
  DomainEndpointOptions?: { EnforceHTTPS: boolean; TLSSecurityPolicy: string };
  AdvancedSecurityOptions?: {
    Enabled: boolean;
    InternalUserDatabaseEnabled: boolean;
    MasterUserOptions: { MasterUserARN: string };
  };
  AccessPolicies: { Statement: { Principal: { AWS: string[] } | '*'; Action: string[]; Resource: string }[] };
}
/** Of a collection's data access policy. */
interface CollectionAccess {
  Rules: { Permission: string[] }[];
  Principal: string[];
}
interface GroupRule {
  GroupId: string;
  SourceSecurityGroupId?: string;
  FromPort: number;
  ToPort: number;
}

/** The functions that may speak to it. */
const ROLES = ['IndexAlerts', 'ExpireAlerts', 'PrepareSearch'].map((stem) => `${stem}IamRoleLambdaExecution.Arn`);
const READER = 'AdminRole.Arn';
const GROUP = 'SearchSecurityGroup.GroupId';
/** What people may do at most, by the path: search alerts, and use Dashboards. */
const people = [
  { path: '/alerts-*', actions: ['es:ESHttpGet', 'es:ESHttpPost'] },
  { path: '/_dashboards/*', actions: ['es:ESHttpGet', 'es:ESHttpPost', 'es:ESHttpPut', 'es:ESHttpDelete'] },
];
const MASTER = 'PrepareSearchIamRoleLambdaExecution.Arn';

const domain = (template: CompiledTemplate) => first<Domain>(template, TYPE);

/** Of the domain where a stage has one. */
export const searchRules: Rule[] = [
  {
    name: 'the domain of alerts speaks TLS alone, has no passwords, and one master',
    source: 'docs/security.md, Opensearch.3, 7, 8',
    check: (template) =>
      resources<Domain>(template, TYPE).flatMap(([id, properties]) => {
        const { AdvancedSecurityOptions, DomainEndpointOptions, NodeToNodeEncryptionOptions } = properties;
        const secure = AdvancedSecurityOptions?.Enabled && !AdvancedSecurityOptions.InternalUserDatabaseEnabled;
        const master = AdvancedSecurityOptions?.MasterUserOptions.MasterUserARN;
        return [
          ...(DomainEndpointOptions?.EnforceHTTPS && NodeToNodeEncryptionOptions?.Enabled ? [] : [`${id}: plaintext`]),
          ...(DomainEndpointOptions?.TLSSecurityPolicy.startsWith('Policy-Min-TLS-1-2') ? [] : [`${id}: old TLS`]),
          ...(secure && master === MASTER ? [] : [`${id}: its access isn't fine-grained, or its master another`]),
        ];
      }),
    spoil: (template) => {
      delete domain(template).AdvancedSecurityOptions;
    },
  },
  {
    name: 'three functions may speak to the domain of alerts; with an admin instance its role may search; and nobody else',
    source: 'docs/alerts.md; OpenSearch Service guide, "Identity and Access Management"',
    check: (template) =>
      resources<Domain>(template, TYPE).flatMap(([id, { AccessPolicies }]) =>
        AccessPolicies.Statement.flatMap(({ Principal, Action, Resource }) => {
          const roles = Principal === '*' ? ['*'] : Principal.AWS;
          const others = roles.filter((role) => !ROLES.includes(role));
          if (others.length === 0) return Action.filter((action) => action.includes('*'));
          const most = people.find(({ path }) => Resource.endsWith(path))?.actions ?? [];
          return [
            ...others.filter((role) => role !== READER || !template.Resources['AdminInstance']),
            ...Action.filter((action) => !most.includes(action)).map((action) => `${action} on ${Resource}`),
          ];
        }).map((what) => `${id}: ${what}`),
      ),
    spoil: (template) => {
      const { Statement } = domain(template).AccessPolicies;
      for (const statement of Statement) statement.Resource = statement.Resource.replace('/_dashboards/', '/');
    },
  },
  {
    name: 'of the collection of alerts people may read documents, with the role of the admin instance, and nothing else',
    source: 'docs/alerts.md; OpenSearch Serverless guide, "Data access control"',
    check: (template) =>
      resources<{ Policy: string }>(template, 'AWS::OpenSearchServerless::AccessPolicy').flatMap(([id, { Policy }]) =>
        (JSON.parse(Policy) as CollectionAccess[]).flatMap(({ Rules, Principal }) => {
          if (Principal.every((role) => ROLES.includes(role))) return [];
          const permissions = Rules.flatMap(({ Permission }) => Permission);
          return [
            ...Principal.filter((role) => role !== READER || !template.Resources['AdminInstance']),
            ...permissions.filter((action) => !['aoss:DescribeIndex', 'aoss:ReadDocument'].includes(action)),
          ].map((what) => `${id}: ${what}`);
        }),
      ),
    spoil: (template) => {
      const Policy = JSON.stringify([{ Rules: [{ Permission: ['aoss:WriteDocument'] }], Principal: [READER] }]);
      template.Resources['Spoilt'] = { Type: 'AWS::OpenSearchServerless::AccessPolicy', Properties: { Policy } };
    },
  },
  {
    name: 'the domain of alerts is in private subnets, as many as it has zones, behind the group of the search',
    source: 'OpenSearch Service guide, "Launching your domains within a VPC"',
    check: (template) =>
      resources<Domain>(template, TYPE).flatMap(([id, { VPCOptions, ClusterConfig }]) => {
        const { SubnetIds = [], SecurityGroupIds = [] } = VPCOptions ?? {};
        const zones = ClusterConfig.ZoneAwarenessConfig?.AvailabilityZoneCount ?? 1;
        return [
          ...(SubnetIds.length === zones ? [] : [`${id} has ${SubnetIds.length} subnets for ${zones} zones`]),
          ...(ClusterConfig.InstanceCount % zones === 0 ? [] : [`${id}: its nodes don't spread evenly`]),
          ...SubnetIds.filter((subnet) => !subnet.startsWith('Private')).map((subnet) => `${id} is in ${subnet}`),
          ...(SecurityGroupIds.toString() === GROUP ? [] : [`${id} has the groups ${SecurityGroupIds.join(', ')}`]),
        ];
      }),
    spoil: (template) => {
      delete domain(template).VPCOptions;
    },
  },
  {
    name: 'the group of the search lets functions in, and the admin instance where there is one, at 443 alone',
    source: 'docs/security.md, rule 3',
    check: (template) => {
      if (!template.Resources['SearchSecurityGroup']) return [];
      const into = resources<GroupRule>(template, 'AWS::EC2::SecurityGroupIngress')
        .map(([, rule]) => rule)
        .filter(({ GroupId }) => GroupId === GROUP);
      const admin = template.Resources['AdminInstance'] ? ['AdminSecurityGroup.GroupId'] : [];
      const expected = ['FunctionsSecurityGroup.GroupId', ...admin];
      const found = into.map(({ SourceSecurityGroupId = 'anybody' }) => SourceSecurityGroupId);
      return [
        ...expected.filter((group) => !found.includes(group)).map((group) => `${group} has no way in`),
        ...found.filter((group) => !expected.includes(group)).map((group) => `lets ${group} in`),
        ...into.filter(({ FromPort, ToPort }) => FromPort !== 443 || ToPort !== 443).map(() => 'not 443 alone'),
      ];
    },
    spoil: (template) => {
      delete template.Resources['AdminInstance'];
    },
  },
  {
    name: 'no alert is indexed before the index template is there',
    source: 'docs/alerts.md',
    check: (template) =>
      template.Resources['IndexAlertsLambdaFunction'] === undefined ||
      [template.Resources['SetUp']?.DependsOn].flat().includes('SetUpSearch')
        ? []
        : ["SetUp doesn't wait for SetUpSearch"],
    spoil: (template) => {
      delete template.Resources['SetUp']?.DependsOn;
    },
  },
];
