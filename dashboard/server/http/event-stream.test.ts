import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { EventStream, eventText } from './event-stream.ts';

/** A response whose client takes nothing until `drain`. */
class Response extends EventEmitter {
  written: string[] = [];
  writableLength = 0;
  writableEnded = false;
  destroyed = false;
  writeHead() {}
  flushHeaders() {}
  write(text: string) {
    this.written.push(text);
    this.writableLength += text.length;
  }
  drain() {
    this.writableLength = 0;
  }
  destroy() {
    this.destroyed = true;
  }
}

function open() {
  const response = new Response();
  return { response, stream: new EventStream(response as unknown as ServerResponse) };
}
const MEGABYTES = 'x'.repeat(5 * 1024 * 1024);

test('an event is a name and one line of JSON', () => {
  expect(eventText('tail', { value: 'two\nlines' })).toBe('event: tail\ndata: {"value":"two\\nlines"}\n\n');
});

test('a page that takes nothing is slow, and needs a fresh state once it has taken everything', () => {
  const { response, stream } = open();

  stream.send(MEGABYTES, 0);

  expect([stream.isSlow, stream.hasCaughtUp(1)]).toEqual([true, false]);
  response.drain();
  expect([stream.hasCaughtUp(2), stream.isSlow]).toEqual([true, false]);
});

test('a page that takes nothing for 30 s is dropped', () => {
  const { response, stream } = open();
  stream.send(MEGABYTES, 0);

  stream.hasCaughtUp(30_000);
  expect(response.destroyed).toBe(false);
  stream.hasCaughtUp(30_001);
  expect(stream.isOpen).toBe(false);
});

test('where nothing happens, a comment keeps the connection open', () => {
  const { response, stream } = open();

  for (const now of [100_000, 101_000, 114_999, 115_000]) stream.send('', now);

  expect(response.written).toEqual([':\n\n', ':\n\n']);
});
