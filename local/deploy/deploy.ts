import { type CompiledTemplate, type References, resolve } from '#msk';
import { type Attributes, notRunLocally, resourceTypes } from './resource-types.ts';
import { schemasOf, type TemplateSchema } from './schemas.ts';
import { type Endpoints, LOCAL_REGION, NOWHERE, withClients } from './servers.ts';

export interface Deployment {
  references: References;
  /** the schemas of the template's registry */
  schemas: readonly TemplateSchema[];
  /** each function's environment variables, by the function's logical id */
  environments: Record<string, Record<string, unknown>>;
  /** the template's types that aren't run locally, each with its number of resources */
  notRun: Record<string, number>;
}

/**
 * Creates the compiled template's resources on the local servers. Idempotent: existing resources don't change.
 * @param stackName part of every physical name, as in CloudFormation: `<stack>-<logical id>`
 * @throws Error names the resource that could not be created
 */
export async function deploy(template: CompiledTemplate, stackName: string, endpoints: Endpoints): Promise<Deployment> {
  const resources = Object.entries(template.Resources);
  const references: References = {};
  const context = {
    references,
    template,
    pseudo: { 'AWS::Region': LOCAL_REGION, 'AWS::StackName': stackName, 'AWS::AccountId': '000000000000' },
  };
  for (const [id, { Type, Properties }] of resources) {
    const type = resourceTypes[Type] ?? notRunLocally;
    references[id] = type.attributes(`${stackName}-${id}`, Properties ?? {}) as Attributes;
  }
  await withClients(endpoints, async (clients) => {
    await Promise.all(
      resources.map(async ([id, { Type, Properties }]) => {
        const type = resourceTypes[Type];
        if (type?.create === undefined || (type.server && endpoints[type.server] === NOWHERE)) return;
        try {
          await type.create(`${stackName}-${id}`, resolve(Properties ?? {}, context) as Record<string, never>, clients);
        } catch (error) {
          throw new Error(`${id} (${Type}) could not be created locally: ${(error as Error).message}`, {
            cause: error,
          });
        }
      }),
    );
  });
  const missing = resources.map(([, { Type }]) => Type).filter((type) => resourceTypes[type] === undefined);
  const environments = Object.fromEntries(
    resources
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([id, { Properties }]) => [id, resolve(environmentOf(Properties), context) as Record<string, unknown>]),
  );
  return {
    references,
    schemas: schemasOf(template, context),
    environments,
    notRun: Object.fromEntries(countBy(missing)),
  };
}

function environmentOf(properties: Record<string, unknown> | undefined): object {
  return (properties?.['Environment'] as { Variables?: object } | undefined)?.Variables ?? {};
}

function countBy(names: string[]): [string, number][] {
  return [...Map.groupBy(names.sort(), (name) => name)].map(([name, all]) => [name, all.length]);
}
