import type { CompiledTemplate } from '#msk';
import { properties, type Rule, resources } from './rule.ts';

const ID = 'AdminInstance';
/** EC2's limit for user data, before base64. */
const MOST_BYTES = 16 * 1024;

interface Instance {
  UserData: string;
}

/** The script that the instance runs at its first start, or '' without an instance. */
export function userData(template: CompiledTemplate): string {
  if (!template.Resources[ID]) return '';
  return Buffer.from(properties<Instance>(template, ID).UserData, 'base64').toString('utf8');
}

/** Permissions that each command on the instance needs ("Common use cases for client authorization policy"). */
const commands: Readonly<Record<string, { cluster?: string[]; topic?: string[]; group?: string[] }>> = {
  'kafka-$tool': {
    cluster: ['Connect', 'DescribeCluster', 'AlterCluster', 'DescribeClusterDynamicConfiguration'],
    topic: [
      ...['CreateTopic', 'DescribeTopic', 'AlterTopic', 'DeleteTopic'],
      ...['DescribeTopicDynamicConfiguration', 'AlterTopicDynamicConfiguration'],
    ],
    group: ['DescribeGroup', 'AlterGroup', 'DeleteGroup'],
  },
  // Idempotent by default (Kafka documentation, producer configs: enable.idempotence).
  'kafka-produce': { cluster: ['Connect', 'WriteDataIdempotently'], topic: ['DescribeTopic', 'WriteData'] },
  'kafka-consume': {
    cluster: ['Connect'],
    topic: ['DescribeTopic', 'ReadData'],
    group: ['DescribeGroup', 'AlterGroup'],
  },
};

interface Policy {
  RoleName: string;
  PolicyDocument: { Statement: { Action: string[]; Resource: string }[] };
}

/** Permissions of the instance's role, as `cluster Connect`. */
function granted(template: CompiledTemplate): string[] {
  return resources<Policy>(template, 'AWS::IAM::RolePolicy')
    .filter(([, { RoleName }]) => RoleName === 'AdminRole')
    .flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      Action.map((action) => action.replace('kafka-cluster:', `${kindOf(Resource)} `)),
    );
}

const kindOf = (arn: string) => /^arn:aws:kafka:[^:]*:\d*:(\w+)\//.exec(arn)?.[1] ?? arn;

export const adminRules: Rule[] = [
  {
    name: 'the role of the admin instance has the permissions that its commands need',
    source: 'MSK guide, "Common use cases for client authorization policy"',
    check: (template) => {
      if (!template.Resources[ID]) return [];
      const aliases = [...userData(template).matchAll(/alias (kafka-[\w$]+)=/g)].map(([, alias = '']) => alias);
      const may = granted(template);
      return aliases.flatMap((alias) => {
        const needs = commands[alias];
        if (!needs) return [`${alias}: list its permissions in test/template/rules/admin.ts`];
        return Object.entries(needs)
          .flatMap(([kind, actions]) => actions.map((action) => `${kind} ${action}`))
          .filter((action) => !may.includes(action))
          .map((action) => `${alias} lacks ${action}`);
      });
    },
    spoil: (template) => {
      for (const [, { PolicyDocument }] of resources<Policy>(template, 'AWS::IAM::RolePolicy'))
        for (const statement of PolicyDocument.Statement)
          statement.Action = statement.Action.filter((action) => !action.endsWith('WriteDataIdempotently'));
    },
  },
  {
    name: 'the user data writes its files before it downloads packages, and is small enough',
    source:
      'docs/deploy.md, "People"; EC2 guide, "Run commands when you launch an EC2 instance with user data input": 16 KB',
    check: (template) => {
      const script = userData(template);
      const first = script.search(/^(dnf|curl) /m);
      return [
        ...[...script.matchAll(/^(?:cat|base64 -d) > (\S+)/gm)]
          .filter(({ index }) => index > first)
          .map(([, file]) => `${file} is written after a download`),
        ...(Buffer.byteLength(script) > MOST_BYTES ? [`${Buffer.byteLength(script)} bytes of user data`] : []),
      ];
    },
    spoil: (template) => {
      const script = userData(template).replace('set -euo pipefail', 'dnf install -y java');
      properties<Instance>(template, ID).UserData = Buffer.from(script).toString('base64');
    },
  },
  {
    name: 'the admin instance starts after the routes and endpoints of its subnet',
    source: 'CloudFormation guide, "DependsOn attribute"; user data runs only at the first start',
    check: (template) => {
      if (!template.Resources[ID]) return [];
      const waits = [template.Resources[ID].DependsOn].flat();
      const ways = ['AWS::EC2::Route', 'AWS::EC2::SubnetRouteTableAssociation'].flatMap((type) =>
        resources(template, type).map(([id]) => id),
      );
      return [...ways, 'S3Endpoint'].filter((id) => !waits.includes(id)).map((id) => `${ID} doesn't wait for ${id}`);
    },
    spoil: (template) => {
      delete template.Resources[ID]?.DependsOn;
    },
  },
];
