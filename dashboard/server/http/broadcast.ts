import type { ServerResponse } from 'node:http';
import type { Source, Tail } from '../source.ts';
import { EventStream, eventText } from './event-stream.ts';
import { RequestError } from './guard.ts';

/** Changes are sent so often, at most. */
const TICK_MS = 200;
const MOST_PAGES = 20;

interface Page {
  stream: EventStream;
  tail: Tail | undefined;
}

/** Sends the changes to all pages: each event becomes text once, whatever the number of pages. */
export class Broadcast {
  readonly #source: Source;
  readonly #pages = new Set<Page>();
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Source, now: () => number = Date.now) {
    this.#source = source;
    this.#now = now;
  }

  /** @param topic the topic whose records the page wants to see */
  open(response: ServerResponse, topic: string | null): void {
    if (this.#pages.size >= MOST_PAGES) throw new RequestError(503, `${MOST_PAGES} pages are open; close one`);
    const tail = topic === null ? undefined : this.#source.tail(topic);
    const page: Page = { stream: new EventStream(response), tail };
    response.once('close', () => this.#left(page));
    page.stream.send(eventText('state', this.#source.state()), this.#now());
    this.#pages.add(page);
    this.#source.watched(this.#pages.size);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { stream, tail } of this.#pages) {
      tail?.stop();
      stream.close();
    }
    this.#pages.clear();
  }

  #tick(): void {
    const now = this.#now();
    const changes = Object.entries(this.#source.changes());
    const text = changes.map(([name, data]) => eventText(name, data)).join('');
    for (const { stream, tail } of this.#pages) {
      if (!stream.isOpen) continue;
      const tailed = tail?.take();
      if (stream.isSlow) {
        if (stream.hasCaughtUp(now)) stream.send(eventText('state', this.#source.state()), now);
      } else {
        stream.send(tailed === undefined ? text : text + eventText('tail', tailed), now);
      }
    }
  }

  #left(page: Page): void {
    page.tail?.stop();
    this.#pages.delete(page);
    this.#source.watched(this.#pages.size);
    if (this.#pages.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
