import { type CompiledTemplate, mskMappings, type References, type TemplateContext, type TemplateResource } from '#msk';
import type { Graph } from '../../contract.ts';
import { grantsOf } from './grants.ts';

type Node = Graph['nodes'][number];

/** The stores, each with the actions of a role that write to it. */
const STORES: Readonly<Record<string, RegExp>> = {
  DynamoDB: /^dynamodb:(Put|Update|BatchWrite|PartiQL(Insert|Update))/,
  PostgreSQL: /^rds-data:/,
  S3: /^s3:Put/,
  OpenSearch: /^(es:ESHttpPost|aoss:)/,
};
const WRITES_TOPIC = 'kafka-cluster:WriteData';
/** The archive's own notes on how far it is: no record is stored there. */
const NOTES = 'CheckpointsTable';

/**
 * The flow as the compiled template has it: a topic leads to a function by a mapping; a function leads to the topics
 * and stores that its role may write. Functions without a mapping are left out. The topics' domains aren't known here.
 */
export function graphOf(template: CompiledTemplate): Graph {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Graph['edges'][number]>();
  const add = (node: Node) => {
    if (!nodes.has(node.id)) nodes.set(node.id, node);
    return node.id;
  };
  const edge = (from: string, to: string, mapping: string | null) => edges.set(`${from} ${to}`, { from, to, mapping });
  const topic = (name: string) => add({ id: `topic:${name}`, kind: 'topic', name, domain: null });

  for (const name of topicsIn(Object.keys(template.Resources), template)) topic(name);

  for (const { functionLogicalId: id, topic: read } of mskMappings(template, contextOf(template), () => {})) {
    const name = functionName(id);
    const handler = template.Resources[id]?.Properties?.['Handler'];
    const own = add({ id: `function:${name}`, kind: 'function', name, domain: domainOfHandler(handler) });
    edge(topic(read), own, `${name} ${read}`);
    for (const { resources, actions } of grantsOf(id, template)) {
      if (actions.includes(WRITES_TOPIC))
        for (const name of topicsIn(resources, template)) edge(own, topic(name), null);
      for (const [store, writes] of Object.entries(STORES)) {
        if (resources.includes(NOTES) || !actions.some((action) => writes.test(action))) continue;
        edge(own, add({ id: `store:${store}`, kind: 'store', name: store, domain: null }), null);
      }
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

/** Every resource refers to itself by its logical id: no name of a deployed resource is in the graph. */
function contextOf(template: CompiledTemplate): TemplateContext {
  const names = Object.keys(template.Resources).map((id) => [id, { Ref: id, Arn: id }]);
  return { template, references: Object.fromEntries(names) as References };
}

function topicsIn(resources: readonly string[], { Resources }: CompiledTemplate): string[] {
  return resources.flatMap((id) => (Resources[id]?.Type === 'AWS::MSK::Topic' ? topicName(Resources[id]) : []));
}

function topicName({ Properties }: TemplateResource): string {
  return String(Properties?.['TopicName']);
}

/** The topics and functions of mappings alone, where the template isn't known. */
export function graphOfMappings(mappings: readonly { function: string; topic: string }[]): Graph {
  const nodes = (kind: 'topic' | 'function', names: string[]): Node[] =>
    [...new Set(names)].map((name) => ({ id: `${kind}:${name}`, kind, name, domain: null }));
  return {
    nodes: [
      ...nodes(
        'topic',
        mappings.map(({ topic }) => topic),
      ),
      ...nodes(
        'function',
        mappings.map((own) => own.function),
      ),
    ],
    edges: mappings.map(({ function: name, topic }) => ({
      from: `topic:${topic}`,
      to: `function:${name}`,
      mapping: `${name} ${topic}`,
    })),
  };
}

/** The framework's logical id of a function is its key in the service with a large first letter and an ending. */
function functionName(logicalId: string): string {
  const name = logicalId.replace(/LambdaFunction$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** `functions/fleet/processTelemetry.handler` is of the fleet. The sinks serve all domains, and are of none. */
function domainOfHandler(handler: unknown): string | null {
  const folder = /^functions\/(\w+)\//.exec(typeof handler === 'string' ? handler : '')?.[1];
  return folder === undefined || folder === 'sinks' ? null : folder;
}
