import type { ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from './guard.ts';

/** Bytes that may wait for a slow page. Beyond that it gets nothing more, and later a fresh state. */
const MOST_WAITING = 4 * 1024 * 1024;
/** A page that takes nothing for so long is dropped; a browser connects again by itself. */
const STALLED_MS = 30_000;
/** A comment keeps the connection open where nothing happens. */
const BEAT_MS = 15_000;

/** One page's stream of server-sent events (HTML: "Server-sent events"). */
export class EventStream {
  readonly #response: ServerResponse;
  #slowSince: number | undefined;
  #sentAt = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
  }

  /** Whether the page is too slow for now: it must not get changes, as it would miss some. */
  get isSlow(): boolean {
    return this.#slowSince !== undefined;
  }

  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  /** Sends events that are already text. @param now ms since the epoch */
  send(text: string, now: number): void {
    if (text === '' && now - this.#sentAt < BEAT_MS) return;
    this.#sentAt = now;
    this.#response.write(text === '' ? ':\n\n' : text);
    if (this.#response.writableLength > MOST_WAITING) this.#slowSince ??= now;
  }

  /**
   * Looks at a slow page again.
   * @returns true once it has taken everything: it needs a fresh state
   */
  hasCaughtUp(now: number): boolean {
    if (this.#slowSince === undefined) return false;
    if (this.#response.writableLength === 0) {
      this.#slowSince = undefined;
      return true;
    }
    if (now - this.#slowSince > STALLED_MS) this.#response.destroy();
    return false;
  }

  close(): void {
    this.#response.end();
  }
}

/** JSON has no line break, so one line of data is enough. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
