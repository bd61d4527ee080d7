import type { StoreName } from '../world.ts';

/** In ms. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
  samples: number;
}

/** Of a reading, or of its alert where the place holds only alerts. A place without samples is absent. */
export type Latencies = { [P in 'alert' | StoreName]?: Percentiles };
