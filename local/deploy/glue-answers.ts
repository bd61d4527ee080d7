import * as z from 'zod';
import type { Answers } from './refuse-aws.ts';
import { ACCOUNT } from './resource-type.ts';
import type { TemplateSchema } from './schemas.ts';
import { LOCAL_REGION } from './servers.ts';

const request = z.object({ SchemaVersionId: z.string() });

/**
 * The local answers of AWS Glue's Schema Registry to `GetSchemaVersion`: the template's schemas by id. Any other id is
 * unknown.
 */
export function glueAnswers(schemas: readonly TemplateSchema[]): Answers {
  const byId = new Map(schemas.map((schema) => [schema.versionId, schema]));
  return {
    'POST / AWSGlue.GetSchemaVersion': ({ body }) => {
      const id = request.safeParse(body).data?.SchemaVersionId ?? '';
      const found = byId.get(id);
      if (found === undefined) {
        const message = `Schema version is not found. SchemaVersionId: ${id}`;
        return { status: 400, body: { __type: 'EntityNotFoundException', Message: message } };
      }
      const { registry, subject, schema, version } = found;
      return {
        status: 200,
        body: {
          SchemaVersionId: id,
          SchemaDefinition: schema,
          DataFormat: 'AVRO',
          SchemaArn: `arn:aws:glue:${LOCAL_REGION}:${ACCOUNT}:schema/${registry}/${subject}`,
          VersionNumber: version,
          Status: 'AVAILABLE',
        },
      };
    },
  };
}
