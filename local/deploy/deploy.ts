import { type CompiledTemplate, type References, resolve } from '#msk';
import type { Endpoints } from '../servers/catalogue.ts';
import { createKafkaUsers, type KafkaUsers } from './kafka-users/kafka-users.ts';
import type { Attributes } from './resource-type.ts';
import { notRunLocally, resourceTypes } from './resource-types.ts';
import { schemasOf, type TemplateSchema } from './schemas.ts';
import { kafkaOf, LOCAL_REGION, NOWHERE } from './servers.ts';

export interface Deployment {
  references: References;
  /** the schemas of the template's registry */
  schemas: readonly TemplateSchema[];
  /** each function's environment variables, by the function's logical id */
  environments: Record<string, Record<string, unknown>>;
  /** the template's types that aren't run locally, each with its number of resources */
  notRun: Record<string, number>;
}

/** What only the process that runs the functions must know. */
export interface OwnDeployment extends Deployment {
  /** the functions' users, where the brokers ask for a password */
  kafkaUsers: KafkaUsers | undefined;
}

/**
 * Creates the compiled template's resources on the local servers. Idempotent: existing resources don't change.
 * @param stackName part of every physical name, as in CloudFormation: `<stack>-<logical id>`
 * @throws Error names the resource that could not be created
 */
export async function deploy(
  template: CompiledTemplate,
  stackName: string,
  endpoints: Endpoints,
): Promise<OwnDeployment> {
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
  let kafkaUsers: KafkaUsers | undefined;
  const admin = kafkaOf(endpoints, 'deploy').admin();
  await admin.connect();
  try {
    kafkaUsers = await createKafkaUsers({ template, context, address: endpoints.kafka }, admin);
    await Promise.all(
      resources.map(async ([id, { Type, Properties }]) => {
        const type = resourceTypes[Type];
        const endpoint = type?.server === undefined ? '' : endpoints[type.server];
        if (type?.create === undefined || endpoint === NOWHERE) return;
        try {
          const properties = resolve(Properties ?? {}, context) as Record<string, never>;
          await type.create(`${stackName}-${id}`, properties, { endpoint, admin });
        } catch (error) {
          throw new Error(`${id} (${Type}) could not be created locally: ${(error as Error).message}`, {
            cause: error,
          });
        }
      }),
    );
  } finally {
    await admin.disconnect();
  }
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
    kafkaUsers,
    notRun: Object.fromEntries(countBy(missing)),
  };
}

function environmentOf(properties: Record<string, unknown> | undefined): object {
  return (properties?.['Environment'] as { Variables?: object } | undefined)?.Variables ?? {};
}

function countBy(names: string[]): [string, number][] {
  return [...Map.groupBy(names.sort(), (name) => name)].map(([name, all]) => [name, all.length]);
}
