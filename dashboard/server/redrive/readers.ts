import type { Readers } from '#functions/ops/redrive/plan.ts';
import type { Graph } from '../../contract.ts';

/** Who reads which topic, from the graph of the compiled template. */
export function readersIn({ nodes, edges }: Graph): Readers {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const byTopic = Map.groupBy(
    edges.filter(({ mapping }) => mapping !== null),
    ({ from }) => names.get(from) ?? from,
  );
  return new Map([...byTopic].map(([topic, own]) => [topic, new Set(own.map(({ to }) => names.get(to) ?? to))]));
}
