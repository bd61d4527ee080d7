import { type CompiledTemplate, kafkaStatements, resolve, type TemplateContext } from '#msk';

/** An ACL: a user may do one operation on resources of one kind. Names are Kafka's, as its command line takes them. */
export interface Acl {
  readonly user: string;
  readonly resource: 'CLUSTER' | 'TOPIC' | 'GROUP' | 'TRANSACTIONAL_ID';
  readonly name: string;
  readonly pattern: 'LITERAL' | 'PREFIXED';
  readonly operation: string;
}

/**
 * Kafka's operation for each action of IAM (Amazon MSK guide: "Semantics of IAM authorization policy actions and
 * resources"; Kafka: "Authorization and ACLs"). To connect is no operation: a user may do it by its password.
 */
const OPERATIONS: Readonly<Record<string, [resource: Acl['resource'], operation: string] | 'none'>> = {
  Connect: 'none',
  DescribeCluster: ['CLUSTER', 'DESCRIBE'],
  AlterCluster: ['CLUSTER', 'ALTER'],
  DescribeClusterDynamicConfiguration: ['CLUSTER', 'DESCRIBE_CONFIGS'],
  AlterClusterDynamicConfiguration: ['CLUSTER', 'ALTER_CONFIGS'],
  WriteDataIdempotently: ['CLUSTER', 'IDEMPOTENT_WRITE'],
  CreateTopic: ['TOPIC', 'CREATE'],
  DescribeTopic: ['TOPIC', 'DESCRIBE'],
  AlterTopic: ['TOPIC', 'ALTER'],
  DeleteTopic: ['TOPIC', 'DELETE'],
  DescribeTopicDynamicConfiguration: ['TOPIC', 'DESCRIBE_CONFIGS'],
  AlterTopicDynamicConfiguration: ['TOPIC', 'ALTER_CONFIGS'],
  ReadData: ['TOPIC', 'READ'],
  WriteData: ['TOPIC', 'WRITE'],
  DescribeGroup: ['GROUP', 'DESCRIBE'],
  AlterGroup: ['GROUP', 'READ'],
  DeleteGroup: ['GROUP', 'DELETE'],
  DescribeTransactionalId: ['TRANSACTIONAL_ID', 'DESCRIBE'],
  AlterTransactionalId: ['TRANSACTIONAL_ID', 'WRITE'],
};

/** Kafka's one name for a cluster in ACLs. */
const CLUSTER = 'kafka-cluster';

/**
 * The ACLs with which brokers let each user do what the function's role says. They are derived, so that there is one
 * place that says it: `iamRoleStatements` and the events in the functions.yml.
 * @param users the user of each function, by the function's logical id
 * @throws Error where a statement has no ACL that means the same
 */
export function aclsOf(
  template: CompiledTemplate,
  context: TemplateContext,
  users: ReadonlyMap<string, string>,
): Acl[] {
  const all = [...kafkaStatements(template)].flatMap(([id, statements]) => {
    const user = users.get(id);
    if (user === undefined) return [];
    return statements.flatMap(({ actions, resources }) => {
      const arns = resources.map((resource) => String(resolve(resource, context)));
      return actions.flatMap((action) => arns.flatMap((arn) => aclOf(user, action, arn) ?? []));
    });
  });
  return [...new Map(all.map((acl) => [JSON.stringify(acl), acl])).values()];
}

function aclOf(user: string, action: string, arn: string): Acl | undefined {
  const meaning = OPERATIONS[action];
  if (meaning === undefined) throw new Error(`no ACL is known for kafka-cluster:${action}, which ${user} may`);
  if (meaning === 'none') return undefined;
  const [resource, operation] = meaning;
  return { user, resource, ...nameIn(arn, resource), operation };
}

/** `arn:…:topic/CLUSTER/UUID/NAME`; the name may end in a star, or be one. */
function nameIn(arn: string, resource: Acl['resource']): Pick<Acl, 'name' | 'pattern'> {
  if (resource === 'CLUSTER') return { name: CLUSTER, pattern: 'LITERAL' };
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  if (name === '*' || !name.includes('*')) return { name, pattern: 'LITERAL' };
  if (name.indexOf('*') === name.length - 1) return { name: name.slice(0, -1), pattern: 'PREFIXED' };
  throw new Error(`no ACL can say ${arn}: a star may only be at the end`);
}
