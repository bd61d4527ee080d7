import { gunzipSync } from 'node:zlib';
import type { NewObject } from '#lib/stores/objects.ts';
import { FaultyCalls, type Network } from '#test/support/faulty-calls.ts';
import { type ArchiveStores, type Checkpoint, NOTHING_ARCHIVED } from './archive.ts';
import { parseLine } from './line.ts';

/** S3's and DynamoDB's semantics in memory: each write is atomic and conditional, and any call may fail. */
export class ModelStores {
  readonly objects = new Map<string, NewObject>();
  readonly checkpoints = new Map<string, Checkpoint>();

  /** What a worker gets. */
  attach(network: Network = {}): ArchiveStores & { readonly calls: FaultyCalls } {
    const calls = new FaultyCalls(network);
    const current = (id: string) => this.checkpoints.get(id) ?? NOTHING_ARCHIVED;
    const updateIf = (id: string, condition: boolean, to: Checkpoint) => {
      if (condition) this.checkpoints.set(id, to);
      return current(id);
    };
    return {
      calls,
      checkpoints: {
        read: (id) => calls.call(`read checkpoint ${id}`, () => current(id)),
        claim: (id, from, key) =>
          calls.call(`claim ${key} from ${from.next}`, () => {
            const { next, pending } = current(id);
            return updateIf(id, next === from.next && pending === undefined, { ...current(id), pending: key });
          }),
        advance: (id, from, to) =>
          calls.call(`advance ${id} from ${from.next} to ${to.next}`, () =>
            updateIf(id, current(id).next === from.next, to),
          ),
      },
      objects: {
        create: (key, object) =>
          calls.call(`create ${key} up to ${object.metadata['end']}`, () => {
            const there = this.objects.get(key) ?? object;
            this.objects.set(key, there);
            return there.metadata;
          }),
      },
    };
  }

  /** The content of a partition's objects, in the order of the checkpoint offsets in their keys. */
  archived(partition: number) {
    return [...this.objects]
      .filter(([key]) => /\/(\d+)-\d{20}\.ndjson\.gz$/.exec(key)?.[1] === String(partition))
      .map(([key, { body, metadata }]) => ({
        from: Number(/-(\d{20})\.ndjson\.gz$/.exec(key)?.[1]),
        end: Number(metadata['end']),
        offsets: gunzipSync(body)
          .toString()
          .trimEnd()
          .split('\n')
          .map((line) => parseLine(line).offset),
      }))
      .sort((a, b) => a.from - b.from);
  }
}
