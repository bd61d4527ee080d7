import { type CompiledTemplate, mskMappings, type TemplateContext } from '#msk';
import { DOMAINS } from '#proof/domains.ts';
import type { Graph } from '../../contract.ts';
import { grantedTo } from './grants.ts';

type Node = Graph['nodes'][number];

/** The types of the stores, each with its name, and the actions of a role that write to it. */
const STORES: Readonly<Record<string, { name: string; writes: RegExp }>> = {
  'AWS::DynamoDB::Table': { name: 'DynamoDB', writes: /^dynamodb:(Put|Update|BatchWrite|PartiQL(Insert|Update))/ },
  'AWS::RDS::DBCluster': { name: 'PostgreSQL', writes: /^rds-data:/ },
  'AWS::S3::Bucket': { name: 'S3', writes: /^s3:Put/ },
  'AWS::OpenSearchService::Domain': { name: 'OpenSearch', writes: /^es:/ },
  'AWS::OpenSearchServerless::Collection': { name: 'OpenSearch', writes: /^aoss:/ },
};
const WRITES_TOPIC = /^kafka-cluster:WriteData$/;

/**
 * The flow as the compiled template has it: a topic leads to a function by a mapping; a function leads to the topics
 * and stores that its role may write. Functions without a mapping are left out, except those that write to a topic
 * on a schedule.
 */
export function graphOf(template: CompiledTemplate, context: TemplateContext): Graph {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Graph['edges'][number]>();
  const add = (node: Node) => {
    if (!nodes.has(node.id)) nodes.set(node.id, node);
    return node.id;
  };
  const edge = (from: string, to: string, mapping: string | null) => edges.set(`${from} ${to}`, { from, to, mapping });
  const topic = (name: string) => add({ id: `topic:${name}`, kind: 'topic', name, domain: domainOfTopic(name) });

  for (const { Type, Properties } of Object.values(template.Resources))
    if (Type === 'AWS::MSK::Topic') topic(String(Properties?.['TopicName']));

  for (const { functionLogicalId: id, topic: read } of mskMappings(template, context, () => {})) {
    const name = functionName(id);
    const handler = template.Resources[id]?.Properties?.['Handler'];
    const own = add({ id: `function:${name}`, kind: 'function', name, domain: domainOfHandler(handler) });
    edge(topic(read), own, `${name} ${read}`);
    for (const { resource, actions } of grantedTo(id, template)) {
      const found = template.Resources[resource];
      if (found === undefined) continue;
      const writes = (pattern: RegExp) => actions.some((action) => pattern.test(action));
      if (found.Type === 'AWS::MSK::Topic' && writes(WRITES_TOPIC))
        edge(own, topic(String(found.Properties?.['TopicName'])), null);
      const store = STORES[found.Type];
      if (store !== undefined && writes(store.writes)) {
        edge(own, add({ id: `store:${store.name}`, kind: 'store', name: store.name, domain: null }), null);
      }
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** The framework's logical id of a function is its key in the service with a large first letter and an ending. */
function functionName(logicalId: string): string {
  const name = logicalId.replace(/LambdaFunction$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function domainOfTopic(topic: string): string | null {
  return Object.entries(DOMAINS).find(([, { topics }]) => Object.hasOwn(topics, topic))?.[0] ?? null;
}

/** `functions/fleet/processTelemetry.handler` is of the fleet; the sinks serve all domains. */
function domainOfHandler(handler: unknown): string | null {
  const folder = /^functions\/(\w+)\//.exec(typeof handler === 'string' ? handler : '')?.[1];
  return folder !== undefined && Object.hasOwn(DOMAINS, folder) ? folder : null;
}
