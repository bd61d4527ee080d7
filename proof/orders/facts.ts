import type { Manifest } from '../manifest.ts';

export interface OrdersFacts {
  /** ALLOWED_LATENESS_SECONDS */
  allowedLatenessSeconds: number;
  /** windows that were not closed when the drain ended */
  openWindows: number;
}

/** `windows`: the sums of the acknowledged orders that aren't late, by `<window start, s>/<product>`. */
export interface OrdersManifest extends Manifest {
  windows: ReadonlyMap<string, { count: number; cents: number }>;
}
