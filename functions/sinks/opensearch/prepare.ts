import type { Client } from '@opensearch-project/opensearch';
import { type Deadline, retry } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import type { SearchAuth } from '#lib/stores/search.ts';
import { ALERT_INDICES } from './indices.ts';
import { alertsTemplate, TEMPLATE_NAME } from './template.ts';

export interface SearchSetup {
  readonly client: Pick<Client, 'http'>;
  readonly auth: SearchAuth;
  /**
   * Whose roles a domain (`es`) has to know: an IAM role alone gets nothing from its fine-grained access control. '' for
   * nobody.
   */
  readonly roleArns?: Readonly<Record<keyof typeof RIGHTS, string>> | undefined;
}

const SECURITY = '/_plugins/_security/api';

/** What each function may do, in the domain's own terms. */
const RIGHTS = {
  /** indexAlerts */
  writer: {
    cluster_permissions: ['indices:data/write/bulk'],
    index_permissions: [
      {
        index_patterns: [ALERT_INDICES],
        allowed_actions: ['create_index', 'indices:data/write/*', 'indices:admin/mapping/put'],
      },
    ],
  },
  /** expireAlerts */
  expiry: {
    cluster_permissions: [],
    index_permissions: [
      { index_patterns: [ALERT_INDICES], allowed_actions: ['indices:admin/get', 'indices:admin/delete'] },
    ],
  },
  /** people, by the admin instance */
  reader: {
    cluster_permissions: ['cluster_composite_ops_ro'],
    index_permissions: [{ index_patterns: [ALERT_INDICES], allowed_actions: ['read'] }],
  },
} as const;

/** OpenSearch's own role of who uses Dashboards: to keep saved objects, and read no index beside. */
const DASHBOARDS = 'opensearch_dashboards_user';

/**
 * Puts the index template of alerts, its mapping onto the indices that are there (a new field needs no new month), and
 * on a domain the roles of who writes and ends them. Idempotent. A cluster that is away is waited for until the deadline.
 * @throws TransientError with OpenSearch's status where the deadline came first, or what it refuses
 */
export async function prepareSearch({ client, auth, roleArns }: SearchSetup, deadline: Deadline): Promise<void> {
  const { settings, ...mapped } = alertsTemplate.template;
  // A serverless collection decides on shards, replicas and refreshes itself, and refuses a template that does.
  const template = auth === 'aoss' ? mapped : { settings, ...mapped };
  const put = (path: string, body: object) => attempt(() => client.http.put({ path, body }), deadline);
  const get = (path: string) => attempt(() => client.http.get({ path }), deadline);
  // By PUT, as the function's role allows it: the client's own call of this API is a POST.
  await put(`/_index_template/${TEMPLATE_NAME}`, { ...alertsTemplate, template });
  const indices = (await get(`/${ALERT_INDICES}`)).body as Record<string, unknown>;
  // One by one: a collection need not take a pattern here.
  for (const index of Object.keys(indices)) await put(`/${index}/_mapping`, mapped.mappings);
  if (auth !== 'es' || roleArns === undefined) return;
  const map = (role: string, arn: string) => put(`${SECURITY}/rolesmapping/${role}`, { backend_roles: [arn] });
  for (const [name, rights] of Object.entries(RIGHTS)) {
    const arn = roleArns[name as keyof typeof RIGHTS];
    if (arn === '') continue;
    await put(`${SECURITY}/roles/alerts_${name}`, rights);
    await map(`alerts_${name}`, arn);
  }
  if (roleArns.reader !== '') await map(DASHBOARDS, roleArns.reader);
}

/** 429, 5xx and a node that is away pass; a refusal doesn't. */
async function attempt<T>(call: () => Promise<T>, deadline: Deadline): Promise<T> {
  return retry(
    () =>
      call().catch((error: Error & { statusCode?: number }) => {
        const { statusCode } = error;
        if (statusCode !== undefined && statusCode < 500 && statusCode !== 429) throw error;
        throw new TransientError('OPENSEARCH', `OpenSearch failed: ${statusCode ?? error.name}`, { cause: error });
      }),
    { deadline },
  );
}
