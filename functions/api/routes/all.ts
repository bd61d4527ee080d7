import type { Route } from '../http/route.ts';
import { describeApi } from './describe.ts';
import { getPipeline } from './pipeline.ts';
import { countLogins, listAlerts, listProductMetrics } from './records.ts';
import { getTrack, getVehicle, listVehicles } from './vehicles.ts';

/** Every route. To add one: a row here, its `serve` in a handler, and its event in functions.yml. */
export const routes: readonly Route[] = [
  listVehicles,
  getVehicle,
  getTrack,
  listAlerts,
  listProductMetrics,
  countLogins,
  getPipeline,
  describeApi,
];
