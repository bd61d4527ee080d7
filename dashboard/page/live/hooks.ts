import { createContext } from 'preact';
import { useContext, useEffect, useReducer } from 'preact/hooks';
import type { Model } from './model.ts';
import { model, type Part, subscribe } from './store.ts';

/** Whether a panel can be seen. One that can't draws seldom, and once it comes into view. */
export interface Sight {
  isSeen: boolean;
  onSeen: Set<() => void>;
}

/** ms between two draws of a panel that can't be seen. Not never: the browser's search and screen readers find it. */
const UNSEEN_MS = 2_000;

export const InSight = createContext<Sight>({ isSeen: true, onSeen: new Set() });

/** Draws the component again when one of these parts of the model changes. */
export function useLive(...parts: Part[]): Model {
  const sight = useContext(InSight);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let drawn = Number.NEGATIVE_INFINITY;
    let later: ReturnType<typeof setTimeout> | undefined;
    const drawNow = () => {
      clearTimeout(later);
      later = undefined;
      drawn = performance.now();
      redraw(undefined);
    };
    const draw = () => {
      const wait = sight.isSeen ? 0 : drawn + UNSEEN_MS - performance.now();
      if (wait <= 0) drawNow();
      else later ??= setTimeout(drawNow, wait);
    };
    const seen = () => {
      if (later !== undefined) drawNow();
    };
    sight.onSeen.add(seen);
    const ends = parts.map((part) => subscribe(part, draw));
    return () => {
      clearTimeout(later);
      sight.onSeen.delete(seen);
      for (const end of ends) end();
    };
  }, [sight, parts.join()]);
  return model;
}
