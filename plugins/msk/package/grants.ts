import type { CompiledTemplate, TemplateResource } from '../contract.ts';
import type { PluginTools, Serverless } from '../serverless.ts';
import { type MappingProperties, type Statement, statementsOf } from './statements.ts';

/** The plugin's own policy in a role: written anew each time, so that nothing is there twice. */
const policyName = 'msk-event-source-mappings';

interface Policy {
  PolicyName: string;
  PolicyDocument: { Version: string; Statement: Statement[] };
}

/** With `custom.msk.iam: true`, `grant` for the service's template; else nothing. */
export function grantMappings({ service }: Serverless, log: Pick<PluginTools['log'], 'warning'>): void {
  if (service.custom?.msk?.iam) grant(service.provider.compiledCloudFormationTemplate, (line) => log.warning(line));
}

/**
 * Adds what the MSK mappings of a template need to the roles that their functions name: a policy of its own in each.
 * Call it when all resources are in the template, roles by other plugins as well.
 *
 * @param warn takes a line about each permission that the template leaves no way to grant
 */
export function grant({ Resources }: CompiledTemplate, warn: (line: string) => void): void {
  const statements = new Map<TemplateResource, Map<string, Statement>>();
  for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::Lambda::EventSourceMapping' || !Properties?.['Topics'] || !Properties['EventSourceArn'])
      continue;
    const role = roleOf(Properties['FunctionName'], Resources);
    if (!role) {
      warn(`${logicalId}: the role of its function is not in this template: grant it yourself what the mapping needs`);
      continue;
    }
    const ofRole = statements.get(role) ?? new Map<string, Statement>();
    statements.set(role, ofRole);
    const mapping = Properties as unknown as MappingProperties;
    for (const statement of statementsOf(mapping, Resources, (line) => warn(`${logicalId}: ${line}`)))
      ofRole.set(JSON.stringify(statement), statement);
  }
  for (const [role, unique] of statements) {
    const others = ((role.Properties?.['Policies'] ?? []) as Policy[]).filter(
      (policy) => policy.PolicyName !== policyName,
    );
    const PolicyDocument = { Version: '2012-10-17', Statement: [...unique.values()] };
    role.Properties = { ...role.Properties, Policies: [...others, { PolicyName: policyName, PolicyDocument }] };
  }
}

/** Undefined where function or role is imported, or the role is given by its ARN. */
function roleOf(functionName: unknown, resources: CompiledTemplate['Resources']): TemplateResource | undefined {
  // A Ref, an Fn::GetAtt, or an Fn::Join with an alias: the function's logical id is in each.
  const lambda = JSON.stringify(functionName ?? null)
    .split('"')
    .map((part) => resources[part])
    .find((resource) => resource?.Type === 'AWS::Lambda::Function');
  const role = lambda?.Properties?.['Role'] as { 'Fn::GetAtt'?: string[] } | string | undefined;
  const found = typeof role === 'object' ? resources[role['Fn::GetAtt']?.[0] ?? ''] : undefined;
  return found?.Type === 'AWS::IAM::Role' ? found : undefined;
}
