import type { LiveEvents } from '../../contract.ts';
import { emptyModel } from './model.ts';

/** The parts of the model that panels wait for; `clock` changes each second. */
export type Part = keyof LiveEvents | 'link' | 'clock';

/** ms between two draws of a panel: numbers that change more often can't be read. */
const REDRAW_MS = 250;

export const model = emptyModel();

const listeners = new Map<Part, Set<() => void>>();
const changed = new Set<Part>();
let isPlanned = false;

/** @returns ends the subscription */
export function subscribe(part: Part, listener: () => void): () => void {
  const set = listeners.get(part) ?? new Set();
  listeners.set(part, set.add(listener));
  return () => set.delete(listener);
}

/** Says that a part has changed. Its panels draw soon: all changes until then are one draw. */
export function touch(part: Part): void {
  changed.add(part);
  if (isPlanned) return;
  isPlanned = true;
  setTimeout(() => {
    isPlanned = false;
    const parts = [...changed];
    changed.clear();
    // Each listener has a task of its own, so that the browser can answer the keyboard and the mouse between them.
    const waiting = new Set(parts.flatMap((each) => [...(listeners.get(each) ?? [])]));
    for (const listener of waiting) setTimeout(listener);
  }, REDRAW_MS);
}

setInterval(() => touch('clock'), 1000);
