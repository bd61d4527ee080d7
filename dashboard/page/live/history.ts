import type { Flow, MappingFlow } from '../../contract.ts';

/** How many points each line of a chart has, one each second. */
export const POINTS = 600;

/** The last ten minutes of one value, oldest first; NaN where it wasn't known. */
export class Ring {
  private readonly values = new Float64Array(POINTS).fill(Number.NaN);
  private next = 0;

  push(value: number | null): void {
    this.values[this.next] = value ?? Number.NaN;
    this.next = (this.next + 1) % POINTS;
  }

  /** @returns null where the value wasn't known, as uPlot draws gaps */
  toArray(): (number | null)[] {
    return Array.from({ length: POINTS }, (_, index) => {
      const value = this.values[(this.next + index) % POINTS] as number;
      return Number.isNaN(value) ? null : value;
    });
  }
}

export interface MappingHistory {
  lag: Ring;
  seconds: Ring;
  partitions: Map<number, Ring>;
}

export interface Histories {
  /** seconds since the epoch of each point */
  times: Ring;
  mappings: Map<string, MappingHistory>;
  /** Takes at most one point each second. */
  add(flow: Flow, now: number): void;
}

/** The lag of every mapping since the page was opened. */
export function newHistories(): Histories {
  const times = new Ring();
  const mappings = new Map<string, MappingHistory>();
  let last = 0;
  return {
    times,
    mappings,
    add(flow, now) {
      const second = Math.floor(now / 1000);
      if (second <= last) return;
      last = second;
      times.push(second);
      const byId = new Map(flow.mappings.map((mapping) => [mapping.id, mapping]));
      for (const id of new Set([...mappings.keys(), ...byId.keys()])) {
        const history = mappings.get(id) ?? { lag: new Ring(), seconds: new Ring(), partitions: new Map() };
        mappings.set(id, history);
        addPoint(history, byId.get(id));
      }
    },
  };
}

/** Each ring gets a point, also where nothing is known, so that all have the same times. */
function addPoint({ lag, seconds, partitions }: MappingHistory, mapping: MappingFlow | undefined): void {
  lag.push(mapping?.lag ?? null);
  seconds.push(mapping?.lagSeconds ?? null);
  const lags = new Map(mapping?.partitions.map((each) => [each.partition, each.lag]));
  for (const partition of new Set([...partitions.keys(), ...lags.keys()])) {
    const ring = partitions.get(partition) ?? new Ring();
    partitions.set(partition, ring);
    ring.push(lags.get(partition) ?? null);
  }
}
