import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import * as z from 'zod';
import { readConfiguration, text } from '#lib/configuration.ts';
import { invocationDeadline } from '#lib/deadline.ts';
import { searchAuth, searchClient } from '#lib/stores/search.ts';
import { prepareSearch } from '../sinks/opensearch/prepare.ts';
import { TEMPLATE_NAME } from '../sinks/opensearch/template.ts';
import { customResource } from './customResource.ts';

/** Reads its variables during the call, so that CloudFormation gets an answer even if a variable is missing. */
async function prepare(context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<{ prepared: string }> {
  const config = readConfiguration({
    AWS_REGION: text,
    OPENSEARCH_NODE: text,
    OPENSEARCH_AUTH: searchAuth,
    WRITER_ROLE_ARN: z.string(),
    EXPIRY_ROLE_ARN: z.string(),
    READER_ROLE_ARN: z.string(), // '': no reader
  });
  const auth = config.OPENSEARCH_AUTH;
  const client = searchClient({ node: config.OPENSEARCH_NODE, auth, region: config.AWS_REGION });
  try {
    const { WRITER_ROLE_ARN: writer, EXPIRY_ROLE_ARN: expiry, READER_ROLE_ARN: reader } = config;
    const roleArns = { writer, expiry, reader };
    await prepareSearch({ client, auth, roleArns }, invocationDeadline(context));
  } finally {
    client.close();
  }
  return { prepared: TEMPLATE_NAME };
}

const answered = customResource(prepare);

/**
 * Puts the index template of alerts, and the roles for them. Runs as the stack's custom resource SetUpSearch, and by
 * hand. Idempotent. One function for both, as a domain has only one master role.
 */
export async function handler(event: Partial<CloudFormationCustomResourceEvent>, context: Context): Promise<unknown> {
  return 'ResponseURL' in event ? answered(event as CloudFormationCustomResourceEvent, context) : prepare(context);
}
