import { createContext } from 'preact';
import { useContext, useEffect, useReducer } from 'preact/hooks';
import type { Model } from './model.ts';
import { model, type Part, subscribe } from './store.ts';

/** Whether a panel can be seen. One that can't doesn't draw; it draws once it comes into view. */
export interface Sight {
  isSeen: boolean;
  onSeen: Set<() => void>;
}

export const InSight = createContext<Sight>({ isSeen: true, onSeen: new Set() });

/** Draws the component again when one of these parts of the model changes. */
export function useLive(...parts: Part[]): Model {
  const sight = useContext(InSight);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let isStale = false;
    const draw = () => {
      isStale = !sight.isSeen;
      if (sight.isSeen) redraw(undefined);
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
