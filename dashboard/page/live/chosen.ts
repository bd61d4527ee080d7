import { useEffect, useReducer } from 'preact/hooks';

/** What lies open beside the panels. */
export type Drawer =
  | { kind: 'way'; source: string }
  | { kind: 'send' }
  | { kind: 'redrive'; code: string | null }
  | null;

/** What the reader has chosen. */
export interface Chosen {
  drawer: Drawer;
  /** a mapping's id: its lag is drawn */
  mapping: string | null;
  /** a vehicle's id: it is marked on the map, with its track */
  vehicle: string | null;
}

let chosen: Chosen = { drawer: null, mapping: null, vehicle: null };
const listeners = new Set<() => void>();

export function choose(change: Partial<Chosen>): void {
  chosen = { ...chosen, ...change };
  for (const listener of listeners) listener();
}

/** Opens one record's way. @param source as "orders-0-17"; an alert's has its kind behind a slash */
export function openWay(source: string): void {
  choose({ drawer: { kind: 'way', source: source.replace(/\/.*$/, '') } });
}

export function useChosen(): Chosen {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const listener = () => redraw(undefined);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return chosen;
}

/** Brings a panel into view, and puts the keyboard there. */
export function goTo(panel: string): void {
  const section = document.getElementById(panel);
  section?.scrollIntoView({ block: 'start' });
  section?.querySelector('h2')?.focus({ preventScroll: true });
}
