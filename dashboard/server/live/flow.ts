import { Cluster, type MappingStatus } from '#msk';
import type { Flow, Graph, MappingFlow } from '../../contract.ts';
import { Growth } from './growth.ts';
import { PACE_MS, partitionLag, rounded, wholeLag } from './lag.ts';

/** After so many ms without an answer of the brokers, the offsets aren't known any more. */
const STALE_MS = 5_000;

export interface FlowOptions {
  brokers: string;
  graph: Graph;
  /** ms since the epoch */
  now?: () => number;
}

/** Measures the flow: asks the brokers for all ends and committed offsets, once for each call of `measure`. */
export class FlowMeter {
  readonly #cluster: Cluster;
  readonly #topics: string[];
  readonly #now: () => number;
  /** by topic and partition */
  readonly #ends = new Map<string, Map<number, Growth>>();
  /** by group, topic and partition */
  readonly #committed = new Map<string, Map<number, Growth>>();
  #answeredAt = 0;
  #mappings: readonly MappingStatus[] = [];

  constructor({ brokers, graph, now = Date.now }: FlowOptions) {
    this.#cluster = new Cluster(brokers);
    this.#topics = graph.nodes.filter(({ kind }) => kind === 'topic').map(({ name }) => name);
    this.#now = now;
  }

  /** Takes the latest states of the run's mappings. */
  status(mappings: readonly MappingStatus[]): void {
    this.#mappings = mappings;
  }

  /** Asks the brokers. @throws Error if none answers */
  async measure(): Promise<void> {
    const groups = this.#mappings.map(({ group }) => group);
    const [ends, committed] = await Promise.all([
      this.#cluster.ends(this.#topics),
      groups.length === 0 ? new Map<string, Map<string, Map<number, number>>>() : this.#cluster.committedBy(groups),
    ]);
    const now = this.#now();
    for (const [topic, offsets] of ends) sample(this.#ends, topic, offsets, now);
    for (const { group, topic } of this.#mappings) {
      const own = committed.get(group)?.get(topic) ?? new Map<number, number>();
      // A partition without a commit is read from its first record on.
      const all = [...(ends.get(topic)?.keys() ?? [])].map((partition) => [
        partition,
        Math.max(0, own.get(partition) ?? 0),
      ]);
      sample(this.#committed, `${group} ${topic}`, new Map(all as [number, number][]), now);
    }
    this.#answeredAt = now;
  }

  get flow(): Omit<Flow, 'servers'> {
    const isKnown = this.#now() - this.#answeredAt < STALE_MS;
    return {
      mappings: this.#mappings.map((mapping) => this.#mappingFlow(mapping, isKnown)),
      topics: this.#topics.map((topic) => {
        const ends = [...(this.#ends.get(topic)?.values() ?? [])];
        return {
          topic,
          perSecond: isKnown ? rounded(total(ends.map((end) => end.perSecond(PACE_MS)))) : null,
          end: isKnown ? total(ends.map(({ latest }) => latest)) : null,
        };
      }),
    };
  }

  /** Whether a function's group had committed a record by now; undefined where the function doesn't read it here. */
  isDone(): (functionName: string, place: { topic: string; partition: number; offset: number }) => boolean | undefined {
    const committed = new Map(
      this.#mappings.map(({ function: name, topic, group }) => {
        const own = this.#committed.get(`${group} ${topic}`) ?? new Map<number, Growth>();
        return [`${name} ${topic}`, new Map([...own].map(([partition, { latest }]) => [partition, latest ?? 0]))];
      }),
    );
    return (name, { topic, partition, offset }) => {
      const own = committed.get(`${name} ${topic}`);
      return own && (own.get(partition) ?? 0) > offset;
    };
  }

  async stop(): Promise<void> {
    await this.#cluster.disconnect().catch(() => {});
  }

  #mappingFlow(mapping: MappingStatus, isKnown: boolean): MappingFlow {
    const { function: name, topic, group, state, lastError } = mapping;
    const problem = state === 'Disabled' ? 'switched off' : lastError;
    const committed = isKnown ? [...(this.#committed.get(`${group} ${topic}`) ?? [])] : [];
    const partitions = committed.flatMap(([partition, own]) => {
      const end = this.#ends.get(topic)?.get(partition);
      return end === undefined ? [] : [partitionLag(partition, end, own, this.#now())];
    });
    return {
      id: `${name} ${topic}`,
      function: name,
      topic,
      group,
      perSecond: rounded(total(committed.map(([, own]) => own.perSecond(PACE_MS)))),
      ...wholeLag(partitions),
      partitions,
      failing: problem !== undefined,
      problem: problem ?? null,
    };
  }
}

function sample(to: Map<string, Map<number, Growth>>, name: string, offsets: Map<number, number>, now: number): void {
  const own = to.get(name) ?? new Map<number, Growth>();
  to.set(name, own);
  for (const [partition, offset] of offsets) {
    const growth = own.get(partition) ?? new Growth();
    own.set(partition, growth);
    growth.add(now, offset);
  }
}

/** The sum; null where a part isn't known. */
function total(values: readonly (number | null)[]): number | null {
  if (values.length === 0 || values.includes(null)) return null;
  return (values as number[]).reduce((sum, value) => sum + value, 0);
}
