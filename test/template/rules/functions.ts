import type { CompiledTemplate } from '#msk';
import { properties, resources } from './rule.ts';

/** Properties of AWS::Lambda::EventSourceMapping that the rules use. */
export interface Mapping {
  FunctionName: string;
  Topics: string[];
  StartingPosition: string;
  AmazonManagedKafkaEventSourceConfig?: { ConsumerGroupId?: string; SchemaRegistryConfig?: object };
  ProvisionedPollerConfig?: { MinimumPollers: number; MaximumPollers: number; PollerGroupName?: string };
  FunctionResponseTypes?: string[];
  [property: string]: unknown;
}

/** Properties of AWS::Lambda::Function that the rules use. */
export interface LambdaFunction {
  FunctionName: string;
  Handler: string;
  Runtime: string;
  Architectures: string[];
  Role: string;
  Timeout: number;
  Environment: { Variables: Record<string, string> };
  VpcConfig: { SecurityGroupIds: string[]; SubnetIds: string[] };
}

/** A statement of a function's role, always with lists. */
export interface Statement {
  actions: string[];
  resources: string[];
}

interface Policy {
  PolicyName: string;
  PolicyDocument: { Statement: { Action: string | string[]; Resource: string | string[] }[] };
}

interface Role {
  ManagedPolicyArns?: string[];
  Policies: Policy[];
}

export function mappings(template: CompiledTemplate): [id: string, mapping: Mapping, fn: LambdaFunction][] {
  return resources<Mapping>(template, 'AWS::Lambda::EventSourceMapping').map(([id, mapping]) => [
    id,
    mapping,
    properties<LambdaFunction>(template, functionId(mapping)),
  ]);
}

export function functions(template: CompiledTemplate): [id: string, fn: LambdaFunction][] {
  return resources<LambdaFunction>(template, 'AWS::Lambda::Function');
}

/** The function's role. */
export function roleOf(template: CompiledTemplate, fn: LambdaFunction): Role {
  return properties<Role>(template, fn.Role.replace(/\.Arn$/, ''));
}

/** The statements of the role's inline policies. */
export function statements(template: CompiledTemplate, fn: LambdaFunction): Statement[] {
  return statementsOf(roleOf(template, fn).Policies);
}

export function statementsOf(policies: readonly Policy[]): Statement[] {
  return policies
    .flatMap((policy) => policy.PolicyDocument.Statement)
    .map(({ Action, Resource }) => ({ actions: [Action].flat(), resources: [Resource].flat() }));
}

/** Whether a statement allows the action on the resource, or on a pattern that ends in `*` and matches it. */
export function allows(granted: Statement[], action: string, resource: string): boolean {
  return granted.some(
    ({ actions, resources }) => actions.includes(action) && resources.some((pattern) => covers(pattern, resource)),
  );
}

function covers(pattern: string, resource: string): boolean {
  return pattern === resource || (pattern.endsWith('*') && resource.startsWith(pattern.slice(0, -1)));
}

function functionId({ FunctionName }: Mapping): string {
  return FunctionName.replace(/\.Arn$/, '');
}
