import type { Flow } from '../../contract.ts';

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
      for (const mapping of flow.mappings) {
        const history = mappings.get(mapping.id) ?? { lag: new Ring(), seconds: new Ring(), partitions: new Map() };
        mappings.set(mapping.id, history);
        history.lag.push(mapping.lag);
        history.seconds.push(mapping.lagSeconds);
        for (const { partition, lag } of mapping.partitions) {
          const ring = history.partitions.get(partition) ?? new Ring();
          history.partitions.set(partition, ring);
          ring.push(lag);
        }
      }
    },
  };
}
