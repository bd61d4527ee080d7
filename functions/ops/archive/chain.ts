import type { PartitionLog } from '../../sinks/s3/object.ts';
import { type ArchiveKey, missingKey } from './key.ts';
import { type Content, type FaultyObject, isFaulty } from './object.ts';

/** Something that is wrong with an archive. `text` names the object or the offsets. */
export interface Fault {
  readonly kind: 'missing' | 'doubled' | 'cut' | 'different' | 'behind' | 'ahead';
  readonly text: string;
}

/** A range of offsets, from `from` to before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What the objects of one partition hold. */
export interface Chain {
  readonly partition: number;
  readonly objects: number;
  readonly records: number;
  /** the offset after the last archived record; 0 without objects */
  readonly end: number;
  readonly faults: readonly Fault[];
  /** offsets within good objects that have no record: compaction, retention, or a transaction's marker */
  readonly gaps: readonly Span[];
  /** offsets before the first object: a rule of the bucket's lifecycle has removed their objects */
  readonly expired: Span | undefined;
}

type Read = Content | FaultyObject;

/** Builds a partition's chain from its objects, one by one, in the order of their checkpoints. */
export class ChainBuilder {
  readonly #faults: Fault[] = [];
  readonly #gaps: Span[] = [];
  readonly #log: PartitionLog;
  readonly #expires: boolean;
  #expired: Span | undefined;
  #before: ArchiveKey | undefined;
  #objects = 0;
  #records = 0;
  /** up to this offset, the log is in an object; undefined if the last object doesn't say where it ends */
  #next: number | undefined;
  #end = 0;

  /**
   * @param expires whether the bucket's lifecycle removes the topic's old objects
   * @param from the offset at which the first object must begin
   */
  constructor(log: PartitionLog, expires: boolean, from = 0) {
    this.#log = log;
    this.#next = from;
    this.#expires = expires;
  }

  /** the offset after the last object so far */
  get end(): number {
    return this.#end;
  }

  add(read: Read): void {
    const { object, extent } = read;
    this.#objects += 1;
    this.#place(object);
    if (isFaulty(read)) {
      const kind = /cut/.test(read.fault) ? 'cut' : 'different';
      const offsets = extent === undefined ? `from offset ${object.checkpoint} on` : span(extent.start, extent.end);
      this.#faults.push({ kind, text: `${object.key} (${offsets}): ${read.fault}` });
    } else {
      this.#records += read.records.length;
      this.#gaps.push(...gapsIn(read));
    }
    this.#before = object;
    this.#next = extent === undefined ? undefined : Math.max(this.#next ?? 0, extent.end);
    this.#end = Math.max(this.#end, extent?.end ?? 0);
  }

  /** @param expectedEnd up to this offset, the archive should hold the log */
  finish(expectedEnd = 0): Chain {
    const missing = this.#next !== undefined && this.#next < expectedEnd;
    if (missing) this.#missing(this.#next as number, expectedEnd);
    return {
      partition: this.#log.partition,
      objects: this.#objects,
      records: this.#records,
      end: this.#end,
      faults: this.#faults,
      gaps: this.#gaps,
      expired: this.#expired,
    };
  }

  /** Compares where an object begins with where the one before it ended. */
  #place({ key, checkpoint }: ArchiveKey): void {
    if (this.#next === undefined) return;
    if (checkpoint > this.#next) {
      if (this.#before === undefined && this.#expires) this.#expired = { from: 0, to: checkpoint };
      else this.#missing(this.#next, checkpoint);
    } else if (checkpoint < this.#next) {
      const offsets = span(checkpoint, this.#next);
      this.#faults.push({ kind: 'doubled', text: `${key} (${offsets}): ${this.#before?.key} has these offsets too` });
    }
  }

  #missing(from: number, to: number): void {
    const key = missingKey(this.#log, from);
    this.#faults.push({ kind: 'missing', text: `${key} (${span(from, to)}): there is no object with these offsets` });
  }
}

/** @example span(3, 5) // 'offsets 3 to 4' */
export const span = (from: number, to: number): string =>
  to - from === 1 ? `offset ${from}` : `offsets ${from} to ${to - 1}`;

function gapsIn({ object, records }: Content): Span[] {
  const gaps: Span[] = [];
  let next = object.checkpoint;
  for (const { offset } of records) {
    if (offset > next) gaps.push({ from: next, to: offset });
    next = offset + 1;
  }
  return gaps;
}
