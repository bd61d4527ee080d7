import type {
  AlertItem,
  DeadLetters,
  Flow,
  Graph,
  LiveEvents,
  Logins,
  Sample,
  State,
  TailItem,
  WindowItem,
} from '../../contract.ts';
import { type Histories, newHistories } from './history.ts';
import { applyVehicles, type Vehicle } from './vehicles.ts';

/** What the page remembers at most, so that its memory stays the same however long it is open. */
export const LIMITS = { alerts: 500, windows: 3_000, deadLetters: 200, tail: 300 } as const;

/** The connection with the dashboard's server. */
export interface Link {
  state: 'connecting' | 'open' | 'lost';
  /** ms since the epoch of the last change of `state` */
  since: number;
}

/** All that the page shows. The events of the server change it in place; panels read it. */
export interface Model {
  link: Link;
  /** ms to add to the browser's clock to have the server's */
  clockAhead: number;
  mode: State['mode'] | null;
  stage: string;
  graph: Graph;
  samples: Sample[];
  canRedrive: boolean;
  flow: Flow;
  histories: Histories;
  vehicles: Map<string, Vehicle>;
  /** newest first */
  alerts: AlertItem[];
  /** by start and product */
  windows: Map<string, WindowItem>;
  logins: Logins;
  deadLetters: DeadLetters;
  /** the topic that the page follows, and its newest records first */
  tail: { topic: string | null; items: TailItem[]; left: number };
}

export function emptyModel(): Model {
  return {
    link: { state: 'connecting', since: Date.now() },
    clockAhead: 0,
    mode: null,
    stage: '',
    graph: { nodes: [], edges: [] },
    samples: [],
    canRedrive: false,
    flow: { mappings: [], topics: [], servers: [] },
    histories: newHistories(),
    vehicles: new Map(),
    alerts: [],
    windows: new Map(),
    logins: { deviceType: {}, appVersion: {}, locale: {} },
    deadLetters: { byCause: {}, items: [] },
    tail: { topic: null, items: [], left: 0 },
  };
}

/** How each event changes the model. */
export const apply: { [E in keyof LiveEvents]: (model: Model, data: LiveEvents[E]) => void } = {
  state(model, state) {
    const { mode, stage, graph, samples, canRedrive, now } = state;
    Object.assign(model, { mode, stage, graph, samples, canRedrive, clockAhead: now - Date.now() });
    model.vehicles.clear();
    model.windows.clear();
    model.alerts = [];
    apply.vehicles(model, { changed: state.vehicles, removed: [] });
    apply.alerts(model, { items: state.alerts });
    apply.windows(model, { items: state.windows });
    apply.logins(model, state.logins);
    model.deadLetters = { byCause: {}, items: [] };
    apply.deadLetters(model, state.deadLetters);
    apply.flow(model, state.flow);
  },
  flow(model, flow) {
    model.flow = flow;
    model.histories.add(flow, serverNow(model));
  },
  vehicles: (model, changes) => applyVehicles(model.vehicles, changes),
  alerts(model, { items }) {
    model.alerts = newestFirst(items, model.alerts, LIMITS.alerts);
  },
  windows(model, { items }) {
    for (const item of items) {
      const key = `${item.start} ${item.product}`;
      // Deleted first, so that the map stays in the order of the last change.
      model.windows.delete(key);
      model.windows.set(key, item);
    }
    for (const key of model.windows.keys()) {
      if (model.windows.size <= LIMITS.windows) break;
      model.windows.delete(key);
    }
  },
  logins(model, logins) {
    model.logins = logins;
  },
  deadLetters(model, { byCause, items }) {
    const known = new Set(model.deadLetters.items.map(placeOf));
    const fresh = items.filter((item) => !known.has(placeOf(item)));
    model.deadLetters = { byCause, items: newestFirst(fresh, model.deadLetters.items, LIMITS.deadLetters) };
  },
  tail(model, { topic, items, left }) {
    if (topic !== model.tail.topic) return;
    model.tail = { topic, items: newestFirst(items, model.tail.items, LIMITS.tail), left: model.tail.left + left };
  },
};

/** ms since the epoch, by the server's clock */
export function serverNow(model: Model): number {
  return Date.now() + model.clockAhead;
}

function placeOf({ topic, partition, offset }: { topic: string; partition: number; offset: string }): string {
  return `${topic}-${partition}-${offset}`;
}

function newestFirst<T extends { time: number }>(items: readonly T[], before: readonly T[], limit: number): T[] {
  return [...items, ...before].sort((a, b) => b.time - a.time).slice(0, limit);
}
