import type { LiveEvents } from '../../contract.ts';
import { apply } from './model.ts';
import { model, touch } from './store.ts';

/**
 * ms without any event until the connection counts as lost, as with a frozen server. A local run sends `flow` each
 * second; a stage only after its API's answers.
 */
const SILENCE_MS = { local: 8_000, stage: 60_000 };
const RETRY_MS = 1_500;

let events: EventSource | undefined;
let lastEvent = Date.now();

/** Connects with the server, and again whenever the connection is lost. */
export function connect(): void {
  open();
  setInterval(() => {
    if (model.link.state === 'open' && Date.now() - lastEvent > SILENCE_MS[model.mode ?? 'local']) lose();
  }, 1000);
}

/** Follows a topic; null for none. The server sends the records of one topic, and only to a page that asks. */
export function follow(topic: string | null): void {
  if (topic === model.tail.topic) return;
  model.tail = { topic, items: [], left: 0 };
  touch('tail');
  open();
}

function open(): void {
  events?.close();
  const { topic } = model.tail;
  const source = new EventSource(topic === null ? '/events' : `/events?tail=${encodeURIComponent(topic)}`);
  events = source;
  source.onerror = () => {
    if (source === events) lose();
  };
  for (const name of Object.keys(apply) as (keyof LiveEvents)[])
    source.addEventListener(name, ({ data }: MessageEvent<string>) => {
      if (source === events) receive(name, data);
    });
}

function receive<E extends keyof LiveEvents>(name: E, data: string): void {
  lastEvent = Date.now();
  apply[name](model, JSON.parse(data) as LiveEvents[E]);
  touch(name);
  if (name === 'state') for (const part of Object.keys(apply) as (keyof LiveEvents)[]) touch(part);
  setLink('open');
}

function lose(): void {
  events?.close();
  setLink('lost');
  // EventSource tries again by itself only after some errors, so we do for all of them.
  const lost = events;
  setTimeout(() => {
    if (events === lost) open();
  }, RETRY_MS);
}

function setLink(state: 'open' | 'lost'): void {
  if (model.link.state === state) return;
  // What is shown after a loss is as old as the last event.
  model.link = { state, since: state === 'lost' ? lastEvent : Date.now() };
  touch('link');
}
