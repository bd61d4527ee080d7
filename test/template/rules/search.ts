import type { CompiledTemplate } from '../../../plugins/msk/contract.ts';
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
  AccessPolicies: { Statement: { Principal: { AWS: string[] } | '*'; Action: string[] }[] };
}
interface GroupRule {
  GroupId: string;
  SourceSecurityGroupId?: string;
  FromPort: number;
  ToPort: number;
}

/** The functions that may speak to it. */
const ROLES = ['IndexAlerts', 'ExpireAlerts', 'PrepareSearch'].map((stem) => `${stem}IamRoleLambdaExecution.Arn`);
const MASTER = 'PrepareSearchIamRoleLambdaExecution.Arn';

const domain = (template: CompiledTemplate) => first<Domain>(template, TYPE);

/** Of the domain where a stage has one. */
export const searchRules: Rule[] = [
  {
    name: 'the domain of alerts speaks TLS alone, has no passwords, and one master',
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
    name: 'three functions may speak to the domain of alerts, and nobody else',
    check: (template) =>
      resources<Domain>(template, TYPE).flatMap(([id, { AccessPolicies }]) =>
        AccessPolicies.Statement.flatMap(({ Principal, Action }) => [
          ...(Principal === '*' ? ['*'] : Principal.AWS).filter((role) => !ROLES.includes(role)),
          ...Action.filter((action) => action.includes('*')),
        ]).map((what) => `${id}: ${what}`),
      ),
    spoil: (template) => {
      domain(template).AccessPolicies.Statement.push({ Principal: '*', Action: ['es:ESHttpGet'] });
    },
  },
  {
    name: 'the domain of alerts is in private subnets, as many as it has zones, and lets functions in alone',
    check: (template) =>
      resources<Domain>(template, TYPE).flatMap(([id, { VPCOptions, ClusterConfig }]) => {
        const { SubnetIds = [], SecurityGroupIds = [] } = VPCOptions ?? {};
        const zones = ClusterConfig.ZoneAwarenessConfig?.AvailabilityZoneCount ?? 1;
        const into = resources<GroupRule>(template, 'AWS::EC2::SecurityGroupIngress')
          .map(([, rule]) => rule)
          .filter(({ GroupId }) => SecurityGroupIds.includes(GroupId));
        return [
          ...(SubnetIds.length === zones ? [] : [`${id} has ${SubnetIds.length} subnets for ${zones} zones`]),
          ...(ClusterConfig.InstanceCount % zones === 0 ? [] : [`${id}: its nodes don't spread evenly`]),
          ...SubnetIds.filter((subnet) => !subnet.startsWith('Private')).map((subnet) => `${id} is in ${subnet}`),
          ...(into.length === 1 ? [] : [`${id}: ${into.length} rules let something in`]),
          ...into
            .filter(({ SourceSecurityGroupId }) => SourceSecurityGroupId !== 'FunctionsSecurityGroup.GroupId')
            .map(({ SourceSecurityGroupId }) => `${id} lets ${SourceSecurityGroupId} in`),
          ...into
            .filter(({ FromPort, ToPort }) => FromPort !== 443 || ToPort !== 443)
            .map(() => `${id}: not 443 alone`),
        ];
      }),
    spoil: (template) => {
      delete domain(template).VPCOptions;
    },
  },
  {
    name: 'no alert is indexed before the index template is there',
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
