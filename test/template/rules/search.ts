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
/** An entry of a collection's data access policy. */
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

/** Functions that may use it. */
const ROLES = ['IndexAlerts', 'ExpireAlerts', 'PrepareSearch'].map((stem) => `${stem}IamRoleLambdaExecution.Arn`);
const READER = 'AdminRole.Arn';
const GROUP = 'SearchSecurityGroup.GroupId';
/** The most that operators may do on each path: search alerts, and use Dashboards. */
const people = [
  { path: '/alerts-*', actions: ['es:ESHttpGet', 'es:ESHttpPost'] },
  { path: '/_dashboards/*', actions: ['es:ESHttpGet', 'es:ESHttpPost', 'es:ESHttpPut', 'es:ESHttpDelete'] },
];
const MASTER = 'PrepareSearchIamRoleLambdaExecution.Arn';

const domain = (template: CompiledTemplate) => first<Domain>(template, TYPE);

/** They pass for stages without a domain or a collection. */
export const searchRules: Rule[] = [
  {
    name: 'the domain accepts only TLS, and has one master user and no passwords',
    source: 'docs/security.md, Opensearch.3, 7, 8',
    check: (template) =>
      resources<Domain>(template, TYPE).flatMap(([id, properties]) => {
        const { AdvancedSecurityOptions, DomainEndpointOptions, NodeToNodeEncryptionOptions } = properties;
        const secure = AdvancedSecurityOptions?.Enabled && !AdvancedSecurityOptions.InternalUserDatabaseEnabled;
        const master = AdvancedSecurityOptions?.MasterUserOptions.MasterUserARN;
        return [
          ...(DomainEndpointOptions?.EnforceHTTPS && NodeToNodeEncryptionOptions?.Enabled ? [] : [`${id}: plaintext`]),
          ...(DomainEndpointOptions?.TLSSecurityPolicy.startsWith('Policy-Min-TLS-1-2') ? [] : [`${id}: old TLS`]),
          ...(secure && master === MASTER ? [] : [`${id}: no fine-grained access control, or another master user`]),
        ];
      }),
    spoil: (template) => {
      delete domain(template).AdvancedSecurityOptions;
    },
  },
  {
    name: 'only three functions may use the domain, and the role of the admin instance may search',
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
    name: 'operators may only read documents of the collection, with the role of the admin instance',
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
    name: 'the domain is in private subnets, one for each of its zones, with its own security group',
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
    name: 'only functions and the admin instance may connect to OpenSearch, on port 443',
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
        ...expected.filter((group) => !found.includes(group)).map((group) => `${group} may not connect`),
        ...found.filter((group) => !expected.includes(group)).map((group) => `${group} may connect`),
        ...into.filter(({ FromPort, ToPort }) => FromPort !== 443 || ToPort !== 443).map(() => 'another port than 443'),
      ];
    },
    spoil: (template) => {
      delete template.Resources['AdminInstance'];
    },
  },
  {
    name: 'the index template is set up before alerts are indexed',
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
