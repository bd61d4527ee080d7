import {
  EntityNotFoundException,
  GetSchemaVersionCommand,
  type GetSchemaVersionCommandOutput,
  GlueClient,
  InvalidInputException,
} from '@aws-sdk/client-glue';
import type { PipelineError } from '../errors.ts';
import { oneAttempt } from '../stores/call.ts';
import { unavailable, wrong } from './errors.ts';
import type { SchemaRegistry } from './registry.ts';

const TIMEOUT_MS = 3_000;

/** The error for a schema version that can't be used, by its status (AWS Glue API, SchemaVersionStatus). */
const UNUSABLE: Readonly<Record<string, (id: string) => PipelineError>> = {
  PENDING: (id) => unavailable(`is still checking schema ${id}`),
  FAILURE: (id) => wrong.unknown(id, 'the registry refused it as incompatible'),
};

/**
 * AWS Glue Schema Registry. Its ids are the UUIDs of schema versions. A version in another registry of the account
 * counts as unknown: whoever writes to the topic chooses the id, and IAM can't limit GetSchemaVersion by id to one
 * registry.
 * @param registryName the only registry to read schemas from
 */
export function glueRegistry(registryName: string, client = new GlueClient(oneAttempt)): SchemaRegistry {
  return {
    async schema(id, deadline) {
      const answer = await getSchemaVersion(client, id, Math.min(TIMEOUT_MS, deadline.remaining()));
      const { SchemaArn = '', Status = '', DataFormat, SchemaDefinition } = answer;
      // arn:aws:glue:<region>:<account>:schema/<registry>/<schema>
      if (SchemaArn.split('/')[1] !== registryName)
        throw wrong.unknown(id, `it is not in the registry ${registryName}`);
      const unusable = UNUSABLE[Status]?.(id);
      if (unusable !== undefined) throw unusable;
      if (DataFormat !== 'AVRO') throw wrong.incompatible('is not Avro');
      return SchemaDefinition ?? '';
    },
  };
}

async function getSchemaVersion(client: GlueClient, id: string, ms: number): Promise<GetSchemaVersionCommandOutput> {
  try {
    const abortSignal = AbortSignal.timeout(Math.max(1, Math.ceil(ms)));
    return await client.send(new GetSchemaVersionCommand({ SchemaVersionId: id }), { abortSignal });
  } catch (error) {
    if (error instanceof EntityNotFoundException || error instanceof InvalidInputException) {
      throw wrong.unknown(id, 'the registry has no such id');
    }
    throw unavailable('did not answer', error);
  }
}
