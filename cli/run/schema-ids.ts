import { latestSchema } from '#local/deploy/register-schema.ts';
import { NOWHERE } from '#local/deploy/servers.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import type { References } from '#msk';
import type { SchemaIds } from '#proof/logins/facts.ts';

/** The ids of the login schemas in the running stack's registries. @throws Error if the template has none */
export async function schemaIds(endpoints: Endpoints, references: References): Promise<SchemaIds> {
  const version = (id: string): string => {
    const found = latestVersion(references, id) ?? references[id]?.['InitialSchemaVersionId'];
    if (typeof found !== 'string')
      throw new Error(`the running stack has no ${id}: it isn't deployed yet; try again in a few seconds`);
    return found;
  };
  const { schemaRegistry } = endpoints;
  const confluent = schemaRegistry === NOWHERE ? undefined : await latestSchema(schemaRegistry, 'user-login-value');
  return {
    glue: version('UserLoginSchema'),
    glueProcessed: version('UserLoginProcessedSchema'),
    confluent: confluent?.id,
  };
}

/** The newest of a schema's versions, which have the logical ids `<the schema's>Version<n>`. */
function latestVersion(references: References, id: string): unknown {
  const numberOf = (name: string) => Number(name.slice(`${id}Version`.length));
  const versions = Object.keys(references).filter((name) => name.startsWith(`${id}Version`));
  const latest = versions.toSorted((a, b) => numberOf(a) - numberOf(b)).at(-1);
  return latest === undefined ? undefined : references[latest]?.['Ref'];
}
