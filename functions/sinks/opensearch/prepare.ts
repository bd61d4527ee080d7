import { type Deadline, retry } from '#lib/deadline.ts';
import type { SearchAuth, SearchClient } from '#lib/stores/search.ts';
import { ALERT_INDICES } from './indices.ts';
import { clusterError } from './outcome.ts';
import { alertsTemplate, TEMPLATE_NAME } from './template.ts';

export interface SearchSetup {
  readonly client: Pick<SearchClient, 'send'>;
  readonly auth: SearchAuth;
  /**
   * The IAM roles that a domain (`es`) maps to its own roles. Its fine-grained access control grants nothing to an IAM
   * role without a mapping. '' for no role.
   */
  readonly roleArns?: Readonly<Record<keyof typeof RIGHTS, string>> | undefined;
}

const SECURITY = '/_plugins/_security/api';

/** The domain's role for each user of the indices. */
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
  /** people, through the admin instance */
  reader: {
    cluster_permissions: ['cluster_composite_ops_ro'],
    index_permissions: [{ index_patterns: [ALERT_INDICES], allowed_actions: ['read'] }],
  },
} as const;

/** OpenSearch's own role for Dashboards. It allows people to save objects, and gives access to no other index. */
const DASHBOARDS = 'opensearch_dashboards_user';

/**
 * Puts the index template of alerts, puts its mapping onto the existing indices (so that a new field works at once, not
 * from the next month on), and on a domain creates the roles that write, expire and read alerts. Idempotent. Waits
 * until the deadline for a cluster that doesn't answer.
 * @throws TransientError with OpenSearch's status where the cluster doesn't answer before the deadline
 * @throws SearchError where OpenSearch rejects a request
 */
export async function prepareSearch({ client, auth, roleArns }: SearchSetup, deadline: Deadline): Promise<void> {
  const { settings, ...mapped } = alertsTemplate.template;
  // A serverless collection manages shards, replicas and refreshes itself, and rejects a template with settings for them.
  const template = auth === 'aoss' ? mapped : { settings, ...mapped };
  const put = (path: string, body: object) => attempt(() => client.send({ method: 'PUT', path, body }), deadline);
  const get = (path: string) => attempt(() => client.send({ method: 'GET', path }), deadline);
  await put(`/_index_template/${TEMPLATE_NAME}`, { ...alertsTemplate, template });
  const indices = (await get(`/${ALERT_INDICES}`)) as object;
  // One by one: a collection may not take a pattern here.
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

/** Tries again after 429, 5xx and no answer, but not after another status: OpenSearch has rejected the request. */
async function attempt<T>(call: () => Promise<T>, deadline: Deadline): Promise<T> {
  return retry(
    () =>
      call().catch((error: Error & { statusCode?: number }) => {
        const { statusCode } = error;
        if (statusCode !== undefined && statusCode < 500 && statusCode !== 429) throw error;
        throw clusterError(error);
      }),
    { deadline },
  );
}
