import type { CompiledTemplate } from '#msk';
import { functions } from './functions.ts';
import { cluster } from './kafka.ts';
import { first, properties, type Rule, resources } from './rule.ts';

interface GroupRule {
  GroupId: string;
  SourceSecurityGroupId?: string;
  DestinationSecurityGroupId?: string;
  CidrIp?: string;
  FromPort: number;
}
interface Subnet {
  MapPublicIpOnLaunch?: boolean;
}

interface Endpoint {
  PrivateDnsEnabled?: boolean;
  SecurityGroupIds?: string[];
}

/** Security groups that call AWS's APIs: of pollers (the brokers' group), functions, and the operators' instances. */
function callers(template: CompiledTemplate): string[] {
  return [
    ...new Set([
      ...cluster(template).BrokerNodeGroupInfo.SecurityGroups,
      ...functions(template).flatMap(([, fn]) => fn.VpcConfig.SecurityGroupIds),
      ...resources<{ SecurityGroupIds: string[] }>(template, 'AWS::EC2::Instance').flatMap(
        ([, { SecurityGroupIds }]) => SecurityGroupIds,
      ),
    ]),
  ];
}

/** Services that pollers and functions call, without those that have gateway endpoints. */
const called = ['lambda', 'sts', 'rds-data', 'xray', 'kafka', 'glue'];
/** The brokers' listeners for IAM and for passwords (with-msk-cluster-network). */
const [iamPort, passwordPort] = [9098, 9096];

const hasPasswords = (template: CompiledTemplate) =>
  functions(template).some(([, fn]) => fn.Environment.Variables['KAFKA_AUTH'] === 'scram');

export const networkRules: Rule[] = [
  {
    name: 'brokers, functions and database are only in private subnets',
    source: 'docs/security.md, rule 3',
    check: (template) => {
      const open = new Set(
        resources<{ SubnetId: string; RouteTableId: string }>(template, 'AWS::EC2::SubnetRouteTableAssociation')
          .filter(([, { RouteTableId }]) => RouteTableId === 'PublicRouteTable')
          .map(([, { SubnetId }]) => SubnetId),
      );
      const used: [string, string[]][] = [
        ['MskCluster', cluster(template).BrokerNodeGroupInfo.ClientSubnets],
        ['DatabaseSubnets', properties<{ SubnetIds: string[] }>(template, 'DatabaseSubnets').SubnetIds],
        ...functions(template).map(([id, fn]): [string, string[]] => [id, fn.VpcConfig.SubnetIds]),
      ];
      return used.flatMap(([id, subnets]) => [
        ...(new Set(subnets).size >= 2 ? [] : [`${id} is in ${subnets.length} subnets`]),
        ...subnets.filter((subnet) => open.has(subnet)).map((subnet) => `${id} is in ${subnet}`),
      ]);
    },
    spoil: (template) => {
      cluster(template).BrokerNodeGroupInfo.ClientSubnets[0] = 'PublicSubnetA';
    },
  },
  {
    name: 'every private subnet has a route to a NAT gateway, or endpoints for the services that are called',
    source: 'Lambda guide, "Configure network settings" of Amazon MSK event sources',
    check: (template) => {
      const endpoints = resources<{ ServiceName: string; SubnetIds?: string[] }>(template, 'AWS::EC2::VPCEndpoint');
      if (endpoints.some(([, { SubnetIds }]) => SubnetIds)) {
        return cluster(template).BrokerNodeGroupInfo.ClientSubnets.flatMap((subnet) =>
          [...called, ...(hasPasswords(template) ? ['secretsmanager'] : [])]
            .filter(
              (name) =>
                !endpoints.some(
                  ([, { ServiceName, SubnetIds }]) => ServiceName.endsWith(`.${name}`) && SubnetIds?.includes(subnet),
                ),
            )
            .map((name) => `${subnet} has no endpoint of ${name}`),
        );
      }
      const routed = resources<{ RouteTableId: string; NatGatewayId?: string }>(template, 'AWS::EC2::Route')
        .filter(([, { NatGatewayId }]) => NatGatewayId)
        .map(([, { RouteTableId }]) => RouteTableId);
      return cluster(template).BrokerNodeGroupInfo.ClientSubnets.filter(
        (subnet) =>
          !resources<{ SubnetId: string; RouteTableId: string }>(
            template,
            'AWS::EC2::SubnetRouteTableAssociation',
          ).some(([, { SubnetId, RouteTableId }]) => SubnetId === subnet && routed.includes(RouteTableId)),
      );
    },
    spoil: (template) => {
      delete template.Resources['PrivateDefaultRouteB'];
    },
  },
  {
    name: 'every caller of AWS may reach the interface endpoints, from public subnets too',
    source:
      'PrivateLink guide, "Access an AWS service using an interface VPC endpoint": private DNS applies to the whole VPC; Systems Manager guide, "Improve the security of EC2 instances by using VPC endpoints"',
    check: (template) => {
      const into = resources<GroupRule>(template, 'AWS::EC2::SecurityGroupIngress').map(([, rule]) => rule);
      return resources<Endpoint>(template, 'AWS::EC2::VPCEndpoint')
        .filter(([, { PrivateDnsEnabled }]) => PrivateDnsEnabled)
        .flatMap(([id, { SecurityGroupIds = [] }]) =>
          callers(template)
            .filter(
              (group) =>
                !into.some(
                  ({ GroupId, SourceSecurityGroupId, FromPort }) =>
                    SecurityGroupIds.includes(GroupId) && SourceSecurityGroupId === group && FromPort === 443,
                ),
            )
            .map((group) => `${id} doesn't let ${group} in`),
        );
    },
    spoil: (template) => {
      const Properties: Endpoint = { PrivateDnsEnabled: true, SecurityGroupIds: ['EndpointsSecurityGroup.GroupId'] };
      template.Resources['Spoilt'] = { Type: 'AWS::EC2::VPCEndpoint', Properties: { ...Properties } };
    },
  },
  {
    name: 'address ranges may only connect to the bastion by SSH, and no subnet assigns public addresses',
    source: 'docs/security.md, EC2.9, EC2.13, EC2.15',
    check: (template) => [
      ...resources<{ SecurityGroupIngress?: unknown[] }>(template, 'AWS::EC2::SecurityGroup')
        .filter(([, { SecurityGroupIngress }]) => SecurityGroupIngress?.length)
        .map(([id]) => `${id} has inline ingress rules`),
      ...resources<GroupRule>(template, 'AWS::EC2::SecurityGroupIngress')
        .filter(([, { SourceSecurityGroupId }]) => !SourceSecurityGroupId)
        .filter(
          ([id, { CidrIp, FromPort }]) => id !== 'BastionFromPeople' || FromPort !== 22 || /\/\d$/.test(CidrIp ?? ''),
        )
        .map(([id, { CidrIp }]) => `${id} lets ${CidrIp} in`),
      ...resources<Subnet>(template, 'AWS::EC2::Subnet')
        .filter(([, { MapPublicIpOnLaunch }]) => MapPublicIpOnLaunch)
        .map(([id]) => `${id} assigns public addresses`),
    ],
    spoil: (template) => {
      first<Subnet>(template, 'AWS::EC2::Subnet').MapPublicIpOnLaunch = true;
    },
  },
  {
    name: 'pollers and functions reach the brokers: egress and ingress rules match',
    source:
      'Lambda guide, "Configure network settings" of Amazon MSK event sources: security groups, port 9098, or 9096 with passwords',
    check: (template) => {
      const [brokers = ''] = cluster(template).BrokerNodeGroupInfo.SecurityGroups;
      const port = hasPasswords(template) ? passwordPort : iamPort;
      const clients = [brokers, ...functions(template).flatMap(([, fn]) => fn.VpcConfig.SecurityGroupIds)];
      const out = resources<GroupRule>(template, 'AWS::EC2::SecurityGroupEgress').map(([, rule]) => rule);
      const into = resources<GroupRule>(template, 'AWS::EC2::SecurityGroupIngress').map(([, rule]) => rule);
      return [...new Set(clients)].filter(
        (client) =>
          !out.some(
            (rule) => rule.GroupId === client && rule.DestinationSecurityGroupId === brokers && rule.FromPort === port,
          ) ||
          !into.some(
            (rule) => rule.GroupId === brokers && rule.SourceSecurityGroupId === client && rule.FromPort === port,
          ),
      );
    },
    spoil: (template) => {
      delete template.Resources['ClusterFromCluster'];
    },
  },
];
