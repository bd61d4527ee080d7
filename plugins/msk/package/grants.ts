import type { CompiledTemplate, TemplateResource } from '../contract.ts';
import type { PluginTools, Serverless } from '../serverless.ts';
import { type MappingProperties, type Statement, statementsOf } from './statements.ts';

/** The plugin's policy in a role. It is replaced each time, so that it has no duplicates. */
const policyName = 'msk-event-source-mappings';

interface Policy {
  PolicyName: string;
  PolicyDocument: { Version: string; Statement: Statement[] };
}

/** With `custom.msk.iam: true`, adds the policies to the service's template. */
export function grantMappings({ service }: Serverless, log: Pick<PluginTools['log'], 'warning'>): void {
  if (service.custom?.msk?.iam) grant(service.provider.compiledCloudFormationTemplate, (line) => log.warning(line));
}

/**
 * Grants the functions' roles the permissions that the template's MSK mappings need, with one policy in each role. Call
 * this when all resources are in the template, also the roles that other plugins add.
 *
 * @param warn called with a line about each permission that can't be granted
 */
export function grant({ Resources }: CompiledTemplate, warn: (line: string) => void): void {
  const statements = new Map<TemplateResource, Statement[]>();
  for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::Lambda::EventSourceMapping' || !Properties?.['Topics'] || !Properties['EventSourceArn'])
      continue;
    const role = roleOf(Properties['FunctionName'], Resources);
    if (!role) {
      warn(
        `${logicalId}: the role of its function is not in this template: grant the permissions of the mapping yourself`,
      );
      continue;
    }
    const mapping = Properties as unknown as MappingProperties;
    const ofMapping = statementsOf(mapping, Resources, (line) => warn(`${logicalId}: ${line}`));
    statements.set(role, [...(statements.get(role) ?? []), ...ofMapping]);
  }
  for (const [role, all] of statements) {
    const others = ((role.Properties?.['Policies'] ?? []) as Policy[]).filter(
      (policy) => policy.PolicyName !== policyName,
    );
    const PolicyDocument = { Version: '2012-10-17', Statement: merged(all) };
    role.Properties = { ...role.Properties, Policies: [...others, { PolicyName: policyName, PolicyDocument }] };
  }
}

/** One statement for each list of actions: all inline policies of a role together may have 10,240 characters (IAM quotas). */
function merged(statements: readonly Statement[]): Statement[] {
  const byActions = Map.groupBy(statements, ({ Action }) => Action.join());
  return [...byActions.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const unique = new Map([first, ...others].map(({ Resource }) => [JSON.stringify(Resource), Resource]));
    return { ...first, Resource: unique.size === 1 ? first.Resource : [...unique.values()] };
  });
}

/** The function's role. Undefined if the function or the role is imported, or if the role is an ARN. */
export function roleOf(functionName: unknown, resources: CompiledTemplate['Resources']): TemplateResource | undefined {
  // The function's logical id is in each form: a Ref, an Fn::GetAtt, or an Fn::Join with an alias.
  const lambda = JSON.stringify(functionName ?? null)
    .split('"')
    .map((part) => resources[part])
    .find((resource) => resource?.Type === 'AWS::Lambda::Function');
  const role = lambda?.Properties?.['Role'] as { 'Fn::GetAtt'?: string[] } | string | undefined;
  const found = typeof role === 'object' ? resources[role['Fn::GetAtt']?.[0] ?? ''] : undefined;
  return found?.Type === 'AWS::IAM::Role' ? found : undefined;
}
