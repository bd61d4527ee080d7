import { DOMAINS } from '#proof/domains.ts';
import type { Graph } from '../../contract.ts';

/** The graph with the domains of its topics. */
export function withDomains({ nodes, edges }: Graph): Graph {
  return {
    nodes: nodes.map((node) => (node.kind === 'topic' ? { ...node, domain: domainOf(node.name) } : node)),
    edges,
  };
}

function domainOf(topic: string): string | null {
  return Object.entries(DOMAINS).find(([, { topics }]) => Object.hasOwn(topics, topic))?.[0] ?? null;
}
