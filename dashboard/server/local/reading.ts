import { Consumer } from '../live/consumer.ts';
import type { PlacedRecord } from '../live/kafka-record.ts';
import { Live } from '../live/live.ts';
import { Tails } from '../live/tails.ts';
import type { Tail } from '../source.ts';

export interface ReadingOptions {
  /** `127.0.0.1:9092,…` */
  brokers: string;
  topics: readonly string[];
  now: () => number;
  /** How long the topics are read after the last page has gone, in ms. */
  lingerMs?: number;
}

/** A page that is loaded again, or a laptop that sleeps for a moment, finds what it had. */
const LINGER_MS = 5 * 60_000;
/** How long a fetch waits for more records: while a page is open, and after the last one has gone. */
const [WATCHED_MS, UNWATCHED_MS] = [200, 2_000];
/** Dead letters of each partition that are read although they were there before. */
const DEAD_LETTERS_BACK = 5_000;

/**
 * The records of a run's topics, for its pages. Nothing is read before the first page is open, because decoding every
 * record of a busy run takes CPU time from the run. Some minutes after the last page has gone, the reading ends. The
 * next page begins anew, with the latest records of each partition.
 */
export class Reading {
  readonly #options: ReadingOptions;
  readonly #deadLetterTopics: ReadonlySet<string>;
  readonly #tails: Tails;
  #live: Live;
  #consumer: Consumer | undefined;
  #pages = 0;
  #end: NodeJS.Timeout | undefined;

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#live = new Live(options.now);
    this.#deadLetterTopics = new Set(options.topics.filter((topic) => topic.endsWith('-dlq')));
    this.#tails = new Tails(
      (topic) => void (this.#back(topic) ?? this.#started().add(topic, 0)),
      (topic) => void (this.#back(topic) ?? this.#consumer?.remove(topic)),
    );
  }

  /** What the records that were read tell. */
  get live(): Live {
    return this.#live;
  }

  tail(topic: string): Tail {
    return this.#tails.open(topic);
  }

  /** Tells how many pages are open. */
  watched(pages: number): void {
    this.#pages = pages;
    clearTimeout(this.#end);
    if (pages > 0) this.#started();
    else this.#end = setTimeout(() => void this.stop(), this.#options.lingerMs ?? LINGER_MS).unref();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#end);
    const consumer = this.#consumer;
    this.#consumer = undefined;
    this.#live = new Live(this.#options.now);
    await consumer?.stop();
  }

  #started(): Consumer {
    if (this.#consumer !== undefined) return this.#consumer;
    const live = this.#live;
    const consumer = new Consumer({
      brokers: this.#options.brokers,
      patienceMs: () => (this.#pages > 0 ? WATCHED_MS : UNWATCHED_MS),
      took: (record) => this.#take(record, live),
    });
    this.#consumer = consumer;
    for (const topic of this.#options.topics) {
      const back = this.#back(topic);
      if (back !== undefined) void consumer.add(topic, back);
    }
    return consumer;
  }

  /** How many earlier records of each partition are read; undefined for a topic that only a tail reads. */
  #back(topic: string): number | undefined {
    if (this.#deadLetterTopics.has(topic)) return DEAD_LETTERS_BACK;
    return Object.hasOwn(this.#live.topics, topic) ? this.#live.topics[topic]?.back : undefined;
  }

  /** @param live that of the record's consumer: a fetch may end after the consumer was stopped */
  #take(record: PlacedRecord, live: Live): void {
    live.topics[record.topic]?.take(record);
    if (this.#deadLetterTopics.has(record.topic)) live.deadLetter(record);
    this.#tails.add(record);
  }
}
