import { createContext } from 'preact';
import { useContext, useEffect, useReducer } from 'preact/hooks';
import type { Model } from './model.ts';
import { model, type Part, subscribe } from './store.ts';

/** Whether a panel can be seen. One that can't draws seldom, and once it comes into view. */
export interface Sight {
  isSeen: boolean;
  onSeen: Set<() => void>;
}

/** ms between two draws of a panel that can't be seen */
const UNSEEN_MS = 2_000;

export const InSight = createContext<Sight>({ isSeen: true, onSeen: new Set() });

/** Draws the component again when one of these parts of the model changes. */
export function useLive(...parts: Part[]): Model {
  const sight = useContext(InSight);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let isStale = false;
    let drawn = Number.NEGATIVE_INFINITY;
    const draw = () => {
      // Not never: the browser's search and screen readers find what can't be seen.
      isStale = !sight.isSeen && performance.now() - drawn < UNSEEN_MS;
      if (isStale) return;
      drawn = performance.now();
      redraw(undefined);
    };
    const seen = () => {
      if (isStale) draw();
    };
    sight.onSeen.add(seen);
    const ends = parts.map((part) => subscribe(part, draw));
    return () => {
      sight.onSeen.delete(seen);
      for (const end of ends) end();
    };
  }, [sight, parts.join()]);
  return model;
}
