import type { Ask } from '#functions/ops/redrive/ask.ts';
import type { AlertItem, DeadLetters, Flow, Graph, LiveEvents, Logins, State } from '../../contract.ts';
import { alertItem, type StoredAlert } from '../../stored-alert.ts';
import { RequestError } from '../http/guard.ts';
import { Latest } from '../live/latest.ts';
import { Vehicles } from '../live/vehicles.ts';
import { Windows } from '../live/windows.ts';
import { readersIn } from '../redrive/readers.ts';
import { Redrives } from '../redrive/redrives.ts';
import { repeat } from '../repeat.ts';
import type { Source } from '../source.ts';
import {
  type ApiLogins,
  type ApiMetric,
  type ApiPipeline,
  type ApiVehicle,
  type AskApi,
  type Page,
  read,
  readAll,
} from './api.ts';
import { StageFlow } from './stage-flow.ts';

export interface StageOptions {
  stage: string;
  graph: Graph;
  ask: AskApi;
  /** The stage's function `redrive`; undefined where nothing may be redriven. */
  askRedrive?: Ask | undefined;
  now?: () => number;
}

const MOST_ALERTS = 1_000;
/** Pages of 500 vehicles. */
const VEHICLE_PAGES = 20;
const HOUR_MS = 3_600_000;
const LOGINS_BY = { deviceType: 'device_type', appVersion: 'app_version', locale: 'locale' } as const;

/** The data of a deployed stage: asked of its API while a page is open. It only reads, except for a redrive. */
export function stageSource({ stage, graph, ask, askRedrive, now = Date.now }: StageOptions): Source {
  const deadLetterTopics = graph.nodes.flatMap(({ kind, name }) =>
    kind === 'topic' && name.endsWith('-dlq') ? name : [],
  );
  const redrives = askRedrive && new Redrives({ ask: askRedrive, readers: readersIn(graph), topics: deadLetterTopics });
  const vehicles = new Vehicles();
  const alerts = new Latest<AlertItem>(MOST_ALERTS);
  const windows = new Windows();
  const stageFlow = new StageFlow();
  const logins: Logins = { deviceType: {}, appVersion: {}, locale: {} };
  const deadLetters: DeadLetters = { byCause: {}, items: [] };
  const seen = new Set<string>();
  const fresh = new Set<'flow' | 'logins' | 'deadLetters'>();
  const api: Flow['servers'][number] = { name: 'api', up: null, since: null };

  const since = (ms: number) => new Date(now() - ms).toISOString();
  const answered = (up: boolean) => {
    if (api.up !== up) Object.assign(api, { up, since: now() });
    fresh.add('flow');
  };

  /** What is asked, and how many ms apart. */
  const questions: readonly [number, () => Promise<void>][] = [
    [2_000, askPipeline],
    [2_000, askAlerts],
    [5_000, askVehicles],
    [5_000, askWindows],
    [30_000, askLogins],
  ];

  async function askPipeline() {
    try {
      const pipeline = await read<ApiPipeline>(ask, '/pipeline');
      stageFlow.add(pipeline, now());
      answered(true);
      const causes = Map.groupBy(pipeline.deadLettersByCause ?? [], ({ code }) => code);
      const counted = [...causes].map(([code, own]) => [code, own.reduce((sum, { records }) => sum + records, 0)]);
      deadLetters.byCause = Object.fromEntries(counted);
      fresh.add('deadLetters');
    } catch (error) {
      stageFlow.forget();
      answered(false);
      throw error;
    }
  }

  async function askAlerts() {
    const { items } = await read<Page<StoredAlert>>(ask, '/alerts?limit=100');
    for (const alert of items.toReversed()) {
      if (seen.has(alert.source)) continue;
      seen.add(alert.source);
      const item = alertItem(alert);
      alerts.add(item);
      if (item.time > now() - 60_000) vehicles.alert(item.vehicle, item.kind, item.time);
    }
    // The API shows the newest first: what was seen long ago doesn't come again.
    for (const source of seen) if (seen.size > 2 * MOST_ALERTS) seen.delete(source);
  }

  async function askVehicles() {
    for (const one of await readAll<ApiVehicle>(ask, '/vehicles', VEHICLE_PAGES)) {
      const { vehicleId, latitude, longitude, speed = null, eventTime, source } = one;
      vehicles.moved(vehicleId, { latitude, longitude, speed, time: Date.parse(eventTime), source });
    }
  }

  async function askWindows() {
    const path = `/product-metrics?from=${since(HOUR_MS)}`;
    for (const { windowStart, productId, orderCount, totalRevenue } of await readAll<ApiMetric>(ask, path, 10))
      windows.closed(Date.parse(windowStart), productId, orderCount, totalRevenue);
  }

  async function askLogins() {
    for (const [name, by] of Object.entries(LOGINS_BY) as [keyof Logins, string][]) {
      const { items, others } = await read<ApiLogins>(ask, `/logins?by=${by}&limit=50`);
      logins[name] = Object.fromEntries(items.map(({ value, logins: count }) => [value, count]));
      if (others > 0) logins[name]['other'] = others;
    }
    fresh.add('logins');
  }

  let stops: (() => void)[] = [];
  const stop = () => {
    for (const each of stops) each();
    stops = [];
  };
  const flow = (): Flow => ({ ...stageFlow.flow, servers: [api] });
  const elsewhere = async (): Promise<never> => {
    throw new RequestError(501, "a deployed stage's records can't be read or sent from here");
  };

  return {
    state: (): State => ({
      mode: 'stage',
      stage,
      now: now(),
      graph,
      samples: [],
      canRedrive: redrives !== undefined,
      flow: flow(),
      vehicles: vehicles.all(),
      alerts: alerts.all(),
      windows: windows.all(),
      logins,
      deadLetters,
    }),
    changes(): Partial<LiveEvents> {
      const items = { alerts: alerts.changes(), windows: windows.changes() };
      const moved = vehicles.changes(now());
      const changes = {
        ...(moved && { vehicles: moved }),
        ...(items.alerts.length > 0 && { alerts: { items: items.alerts } }),
        ...(items.windows.length > 0 && { windows: { items: items.windows } }),
        ...(fresh.has('flow') && { flow: flow() }),
        ...(fresh.has('logins') && { logins }),
        ...(fresh.has('deadLetters') && { deadLetters }),
      };
      fresh.clear();
      return changes;
    },
    watched(pages) {
      if (pages === 0) stop();
      // An error shows as an API that doesn't answer; the next question may succeed.
      else if (stops.length === 0) stops = questions.map(([ms, ask]) => repeat(ms, () => ask().catch(() => {})));
    },
    tail() {
      throw new RequestError(501, "a deployed stage's records can't be read from here", 'tail');
    },
    way: elsewhere,
    record: elsewhere,
    send: elsewhere,
    async redrives() {
      if (redrives !== undefined) return redrives;
      throw new RequestError(501, 'this dashboard was started without --redrive');
    },
    api: ask,
    async stop() {
      stop();
      await redrives?.close();
    },
  };
}
