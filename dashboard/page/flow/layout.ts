import type { Graph } from '../../contract.ts';

type Node = Graph['nodes'][number];

/** A function between two topics; where it stands, and the mapping that invokes it. */
export interface PlacedStep {
  node: Node;
  column: number;
  row: number;
  mapping: string | null;
  /** the topics that it reads, and those that it writes */
  inputs: Node[];
  outputs: Node[];
  stores: Node[];
}

export interface PlacedTopic {
  node: Node;
  column: number;
  row: number;
}

/** A function that only stores: a column that the topics' lines cross. */
export interface PlacedSink {
  node: Node;
  stores: Node[];
  /** by the topic's node id: the mapping */
  stops: Map<string, string | null>;
}

export interface Picture {
  topics: PlacedTopic[];
  steps: PlacedStep[];
  sinks: PlacedSink[];
  /** columns of topics */
  columns: number;
  rows: number;
}

/**
 * Places the flow: each topic has a row of its own; functions that write topics stand between them, from left to right;
 * functions that only store are columns at the right.
 */
export function place(graph: Graph): Picture {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const ends = (of: 'from' | 'to', id: string, kind: Node['kind']): Node[] =>
    graph.edges
      .filter((edge) => edge[of] === id)
      .map((edge) => byId.get(edge[of === 'from' ? 'to' : 'from']))
      .filter((node): node is Node => node?.kind === kind);
  const mappingOf = (topic: Node | undefined, fn: Node) =>
    graph.edges.find(({ from, to }) => from === topic?.id && to === fn.id)?.mapping ?? null;

  const functions = graph.nodes.filter(({ kind }) => kind === 'function');
  const writes = (fn: Node) => ends('from', fn.id, 'topic');
  const isStep = (fn: Node) => writes(fn).some(({ name }) => !isDeadLetterTopic(name));
  const steps = functions.filter(isStep);
  const column = columnsOf(graph, steps, writes, (fn) => ends('to', fn.id, 'topic'));

  const topics: PlacedTopic[] = [];
  const placed = new Set<string>();
  const placeTopic = (node: Node) => {
    if (placed.has(node.id)) return;
    placed.add(node.id);
    topics.push({ node, column: column.get(node.id) ?? 0, row: topics.length });
    const readers = steps.filter((fn) => ends('to', fn.id, 'topic').some(({ id }) => id === node.id));
    // Dead letters last: the eye follows the records that went well.
    const next = readers.flatMap(writes).toSorted((a, b) => rank(a) - rank(b));
    for (const topic of next) placeTopic(topic);
  };
  const all = graph.nodes.filter(({ kind }) => kind === 'topic');
  const domains = [...new Set(all.map(({ domain }) => domain))];
  for (const domain of domains) {
    const own = all.filter((node) => node.domain === domain);
    for (const node of own.toSorted((a, b) => rank(a) - rank(b) || (column.get(a.id) ?? 0) - (column.get(b.id) ?? 0)))
      placeTopic(node);
  }

  const rowOf = new Map(topics.map(({ node, row }) => [node.id, row]));
  const taken = new Set<string>();
  const placedSteps = steps.map((node): PlacedStep => {
    const inputs = ends('to', node.id, 'topic');
    const outputs = writes(node);
    const at = column.get(node.id) ?? 0;
    const free = [...inputs, ...outputs].map(({ id }) => rowOf.get(id) ?? 0).find((row) => !taken.has(`${at} ${row}`));
    taken.add(`${at} ${free ?? 0}`);
    const mapping = mappingOf(inputs[0], node);
    return { node, column: at, row: free ?? 0, mapping, inputs, outputs, stores: ends('from', node.id, 'store') };
  });
  // A function may keep notes in a second store. The one that fewer functions write is its own.
  const writers = (store: Node) => ends('to', store.id, 'function').length;
  const sinks = functions
    .filter((fn) => !isStep(fn))
    .map((node) => {
      const stops = new Map(ends('to', node.id, 'topic').map((topic) => [topic.id, mappingOf(topic, node)]));
      return { node, stores: ends('from', node.id, 'store').toSorted((a, b) => writers(a) - writers(b)), stops };
    })
    .filter(({ stops }) => stops.size > 0)
    .toSorted((a, b) => b.stops.size - a.stops.size);
  const columns = 1 + Math.max(0, ...topics.map((topic) => topic.column));
  return { topics, steps: placedSteps, sinks, columns, rows: topics.length };
}

/** The column of each topic and step: a topic stands one column after the function that writes it. */
function columnsOf(
  graph: Graph,
  steps: readonly Node[],
  writes: (fn: Node) => Node[],
  reads: (fn: Node) => Node[],
): Map<string, number> {
  const column = new Map<string, number>();
  // As often as there are steps is enough for any order; a circle of topics ends too.
  for (let round = 0; round < steps.length + 1; round += 1)
    for (const fn of steps) {
      const at = Math.min(graph.nodes.length, Math.max(0, ...reads(fn).map(({ id }) => column.get(id) ?? 0)));
      const own = reads(fn).length === 0 ? Math.max(0, ...writes(fn).map(({ id }) => (column.get(id) ?? 1) - 1)) : at;
      column.set(fn.id, own);
      for (const topic of writes(fn))
        column.set(topic.id, Math.min(steps.length, Math.max(own + 1, column.get(topic.id) ?? 0)));
    }
  return column;
}

export function isDeadLetterTopic(name: string): boolean {
  return /(^|[-_.])(dlq|dead-letters?)$/.test(name);
}

function rank({ name }: Node): number {
  return isDeadLetterTopic(name) ? 1 : 0;
}
