import type { FoundRecords } from '#proof/follow/records.ts';
import type { Stored } from '#proof/follow/stored.ts';
import { headerOf, type LogRecord, nameOf } from '#proof/world.ts';
import type { Graph, Way, WayStep } from '../../contract.ts';

export interface Found extends FoundRecords {
  /** by the record's name and the store's; absent where the store couldn't be asked */
  stored: ReadonlyMap<string, readonly Stored[] | { failed: string }>;
}

/** Whether a function's group has committed a record; undefined where that isn't known. */
export type IsDone = (functionName: string, record: LogRecord) => boolean | undefined;

/** The key of a record in a store, in {@link Found}. */
export const storedKey = (record: LogRecord, store: string) => `${nameOf(record)} ${store}`;

/** The stores that a sink fills. A function of a domain keeps only its own state in a store, and no record. */
export function storesFilledBy(functionId: string, { nodes, edges }: Graph): string[] {
  if (nodes.find(({ id }) => id === functionId)?.domain !== null) return [];
  return edges.flatMap(({ from, to }) =>
    from === functionId && to.startsWith('store:') ? [to.slice('store:'.length)] : [],
  );
}

/**
 * A record's way as steps, each after its parent: the record, the functions that read it, the records and stores that
 * these write, and so on.
 */
export function stepsOf({ origin, record, produced, stored }: Found, graph: Graph, isDone: IsDone): Way {
  const steps: WayStep[] = [];
  const seen = new Set<LogRecord>();
  const add = (step: WayStep) => steps.push(step) - 1;
  const nexts = (from: string) => graph.edges.filter((edge) => edge.from === from).map(({ to }) => to);
  let isComplete = record !== undefined;

  function topicStep(own: LogRecord, parent: number | null): void {
    if (seen.has(own)) return;
    seen.add(own);
    const code = headerOf(own, '__lambda.errors.exception');
    const at = add({
      kind: 'topic',
      name: nameOf(own),
      from: own.timestamp,
      to: own.timestamp,
      parent,
      detail: code === undefined ? '' : `${code}: ${headerOf(own, '__lambda.errors.message') ?? ''}`,
      state: code === undefined ? 'done' : 'dead letter',
    });
    for (const id of nexts(`topic:${own.topic}`)) functionStep(id.slice('function:'.length), own, at);
  }

  function functionStep(name: string, own: LogRecord, parent: number): void {
    const done = isDone(name, own);
    // A function that doesn't run here has no group.
    if (done === undefined) return;
    isComplete &&= done;
    const targets = nexts(`function:${name}`);
    const outputs = produced.filter((made) => targets.includes(`topic:${made.topic}`) && isMadeOf(made, own, name));
    const refusal = outputs.find((made) => headerOf(made, '__lambda.errors.topic') !== undefined);
    const step: WayStep = {
      kind: 'function',
      name,
      from: own.timestamp,
      to: null,
      parent,
      detail: '',
      state: refusal !== undefined ? 'dead letter' : done || outputs.length > 0 ? 'done' : 'missing',
    };
    const at = add(step);
    for (const output of outputs) topicStep(output, at);
    const times = outputs.map(({ timestamp }) => timestamp);
    for (const store of storesFilledBy(`function:${name}`, graph)) times.push(...storeStep(store, own, at, done));
    step.to = times.length === 0 ? null : Math.max(...times);
  }

  /** @returns the times at which the store had it */
  function storeStep(store: string, own: LogRecord, parent: number, done: boolean): number[] {
    const found = stored.get(storedKey(own, store));
    if (found === undefined) return [];
    const base = { kind: 'store', parent, from: null, to: null } as const;
    if ('failed' in found) {
      add({ ...base, name: store, detail: `can't be read: ${found.failed}`, state: 'missing' });
      return [];
    }
    if (found.length === 0) {
      const isRefused = produced.some((made) => deadLetterIsOf(made, own));
      // A function that has committed the record without storing it: it belongs to another store's tables.
      if (!done && !isRefused) add({ ...base, name: store, detail: 'not yet', state: 'missing' });
      else if (!isRefused) add({ ...base, name: store, detail: 'committed, and not found', state: 'missing' });
      return [];
    }
    for (const { place, at, detail } of found)
      add({ ...base, name: `${store} ${place}`, from: at, to: at, detail, state: 'done' });
    return found.flatMap(({ at }) => at ?? []);
  }

  if (record === undefined) {
    const detail = 'not in the topic (any more)';
    add({ kind: 'topic', name: nameOf(origin), from: null, to: null, parent: null, detail, state: 'missing' });
  } else topicStep(record, null);
  const traced = [record, ...produced].flatMap((own) => (own && headerOf(own, 'traceparent')) ?? []);
  return { source: nameOf(origin), trace: traced[0]?.split('-')[1] ?? null, steps, isComplete };
}

/** Whether a function made a record from another one. */
function isMadeOf(made: LogRecord, own: LogRecord, functionName: string): boolean {
  if (headerOf(made, '__lambda.errors.topic') !== undefined)
    return deadLetterIsOf(made, own) && (headerOf(made, '__lambda.errors.function') ?? '').endsWith(functionName);
  const source = headerOf(made, 'source') ?? '';
  return source === nameOf(own) || source.startsWith(`${nameOf(own)}/`);
}

function deadLetterIsOf(made: LogRecord, own: LogRecord): boolean {
  const [topic, partition, offset] = ['topic', 'partition', 'offset'].map((name) =>
    headerOf(made, `__lambda.errors.${name}`),
  );
  return topic === own.topic && Number(partition) === own.partition && Number(offset) === own.offset;
}
