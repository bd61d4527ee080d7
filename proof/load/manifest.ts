import type { BadCause, Expectation, Manifest, UncertainRecord } from '../manifest.ts';

/** The manifest with the methods that only its generator calls. */
export interface WritableManifest extends Manifest {
  acknowledge(topic: string, partition: number, offset: number, mark: Mark): void;
  fail(topic: string, partition: number, id: string, mark: Mark): void;
}

/** An expectation in one byte, so that a day at 1,000 records/s fits in memory. 0 means no record. */
export type Mark = number;

const GOOD = 0x80;
const CHUNK_BITS = 16;
const CHUNK = 2 ** CHUNK_BITS;

/**
 * The mark of a good record, with the alerts that it must raise.
 * @param raisable the table of names (at most 7) that was given to `createManifest`
 */
export function goodMark<T extends string>(raisable: readonly T[] = [], raises: readonly T[] = []): Mark {
  return raises.reduce((mark, name) => mark | (1 << raisable.indexOf(name)), GOOD);
}

/** The mark of a bad record. @param cause its index in the table of causes (at most 127) */
export function badMark(cause: number): Mark {
  return cause + 1;
}

/**
 * @param causes the table that `badMark` points into
 * @param raisable the table that `goodMark` points into
 */
export function createManifest(
  seed: number,
  startedAt: number,
  causes: readonly BadCause[],
  raisable: readonly string[] = [],
): WritableManifest {
  const logs = new Map<string, { topic: string; partition: number; chunks: Map<number, Uint8Array> }>();

  const logOf = (topic: string, partition: number) => {
    const key = `${topic}-${partition}`;
    const log = logs.get(key) ?? { topic, partition, chunks: new Map() };
    logs.set(key, log);
    return log;
  };
  const expectationOf = (mark: Mark): Expectation => {
    if (mark & GOOD) return { kind: 'good', raises: raisable.filter((_, bit) => mark & (1 << bit)) };
    const { cause, code } = causes[mark - 1] as BadCause;
    return { kind: 'bad', cause, code };
  };

  const topics: Manifest['topics'] = {};
  const raised = Object.fromEntries(raisable.map((name) => [name, 0]));
  const uncertain: UncertainRecord[] = [];
  const badOf = Object.fromEntries(causes.map(({ cause }) => [cause, 0]));
  const count = (topic: string, expectation: Expectation) => {
    topics[topic] ??= { acknowledged: 0, bad: 0 };
    topics[topic].acknowledged++;
    if (expectation.kind === 'bad') {
      topics[topic].bad++;
      badOf[expectation.cause] = (badOf[expectation.cause] ?? 0) + 1;
    } else {
      for (const name of expectation.raises) raised[name] = (raised[name] ?? 0) + 1;
    }
  };

  return {
    seed,
    startedAt,
    topics,
    raised,
    causes: badOf,
    uncertain,

    acknowledge(topic, partition, offset, mark) {
      const { chunks } = logOf(topic, partition);
      const index = Math.floor(offset / CHUNK);
      const chunk = chunks.get(index) ?? new Uint8Array(CHUNK);
      chunk[offset % CHUNK] = mark;
      chunks.set(index, chunk);
      count(topic, expectationOf(mark));
    },

    fail(topic, partition, id, mark) {
      uncertain.push({ topic, partition, id, expectation: expectationOf(mark) });
    },

    at(topic, partition, offset) {
      const mark = logs.get(`${topic}-${partition}`)?.chunks.get(Math.floor(offset / CHUNK))?.[offset % CHUNK];
      return mark ? expectationOf(mark) : undefined;
    },

    *acknowledged() {
      const ordered = [...logs.values()].sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition);
      for (const { topic, partition, chunks } of ordered) {
        for (const index of [...chunks.keys()].sort((a, b) => a - b)) {
          for (const [at, mark] of (chunks.get(index) as Uint8Array).entries()) {
            if (mark) yield { topic, partition, offset: index * CHUNK + at, expectation: expectationOf(mark) };
          }
        }
      }
    },
  };
}
