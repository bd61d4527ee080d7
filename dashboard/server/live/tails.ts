import type { LiveEvents, TailItem } from '../../contract.ts';
import { listedRecord } from '../records/shown-record.ts';
import type { Tail } from '../source.ts';
import type { PlacedRecord } from './kafka-record.ts';

/** Records of a topic that are sent at once; a person can't read more. */
const MOST = 20;

/** The pages that look at a topic's records. */
export class Tails {
  readonly #open = new Map<string, Set<OpenTail>>();
  readonly #watch: (topic: string) => void;
  readonly #unwatch: (topic: string) => void;

  /** @param watch called when the first page looks at a topic; `unwatch` when the last one has left */
  constructor(watch: (topic: string) => void, unwatch: (topic: string) => void) {
    this.#watch = watch;
    this.#unwatch = unwatch;
  }

  open(topic: string): Tail {
    const own = this.#open.get(topic) ?? new Set<OpenTail>();
    if (own.size === 0) {
      this.#open.set(topic, own);
      this.#watch(topic);
    }
    const tail = new OpenTail(topic, () => {
      if (!own.delete(tail) || own.size > 0) return;
      this.#open.delete(topic);
      this.#unwatch(topic);
    });
    own.add(tail);
    return tail;
  }

  add(record: PlacedRecord): void {
    for (const tail of this.#open.get(record.topic) ?? []) tail.add(record);
  }
}

class OpenTail implements Tail {
  readonly stop: () => void;
  readonly #topic: string;
  #records: PlacedRecord[] = [];
  #left = 0;

  constructor(topic: string, stop: () => void) {
    this.#topic = topic;
    this.stop = stop;
  }

  add(record: PlacedRecord): void {
    if (this.#records.length < MOST) this.#records.push(record);
    else this.#left += 1;
  }

  take(): LiveEvents['tail'] | undefined {
    if (this.#records.length === 0) return undefined;
    const items = this.#records.map((record): TailItem => listedRecord(record.topic, record.partition, record));
    const left = this.#left;
    this.#records = [];
    this.#left = 0;
    return { topic: this.#topic, items, left };
  }
}
