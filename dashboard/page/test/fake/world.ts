import { createFleet } from '#proof/fleet/load/fleet.ts';
import type { AlertItem, LiveEvents, State, TailItem, VehicleChanges } from '../../../contract.ts';
import { flowAt } from './flow.ts';
import { graph } from './graph.ts';
import { deadLetter, loginsAt, windowsAt } from './people.ts';
import { samples } from './samples.ts';

/** One event for the page. */
export type Frame = { [E in keyof LiveEvents]: { name: E; data: LiveEvents[E] } }[keyof LiveEvents];

export interface World {
  state: () => State;
  /** Lets a tenth of a second pass. @returns the events that the server sends */
  step: () => Frame[];
}

const STEP_MS = 100;
/** Steps before the page is opened, so that alerts and dead letters are there. */
const BEFORE = 600;

/**
 * A run of the pipeline without a pipeline: the same options give the same events.
 * @param perSecond readings of all vehicles together
 */
export function createWorld({ vehicles = 200, perSecond = 200, seed = 7, start = Date.now() } = {}): World {
  const flowGraph = graph();
  let now = start - BEFORE * STEP_MS;
  let steps = 0;
  let offset = 1_000;
  const fleet = createFleet({ seed, vehicles, start: now });
  const latest = new Map<string, VehicleChanges['changed'][number]>();
  let alerts: AlertItem[] = [];
  let letters = Array.from({ length: 30 }, (_, index) => deadLetter(index, now));
  const byCause: Record<string, number> = {};
  for (const { code } of letters) byCause[code] = (byCause[code] ?? 0) + 1;

  const move = (count: number) => {
    const raised: AlertItem[] = [];
    for (let left = count; left > 0; left -= 1) {
      const { reading, alerts: kinds } = fleet.next(now);
      const [latitude = 0, longitude = 0] = reading.location.split(',').map(Number);
      const source = `raw-data-topic-${offset % 3}-${offset}`;
      offset += 1;
      latest.set(reading.vehicleId, [
        reading.vehicleId,
        latitude,
        longitude,
        reading.speed ?? 0,
        kinds[0] ?? null,
        now,
        source,
      ]);
      for (const alert of kinds) {
        const message = MESSAGES[alert]?.(reading) ?? alert;
        raised.push({
          source: `${source}/${alert}`,
          kind: alert,
          vehicle: reading.vehicleId,
          time: now,
          latitude,
          longitude,
          message,
        });
      }
    }
    return raised;
  };
  const step = (): Frame[] => {
    now += STEP_MS;
    steps += 1;
    const before = offset;
    const raised = move(Math.round((perSecond * STEP_MS) / 1000));
    alerts = [...raised.reverse(), ...alerts].slice(0, 500);
    const changed = [...latest.values()].filter(([, , , , , , source]) => Number(source.split('-').at(-1)) >= before);
    const frames: Frame[] = [{ name: 'vehicles', data: { changed, removed: [] } }];
    if (raised.length > 0) frames.push({ name: 'alerts', data: { items: raised } }, tailOf(raised));
    if (steps % 10 === 0) {
      frames.push({ name: 'flow', data: flowAt(flowGraph, now, steps / 10) });
      frames.push({ name: 'windows', data: { items: windowsAt(now).filter(({ state }) => state === 'open') } });
      frames.push({ name: 'logins', data: loginsAt(steps / 10) });
    }
    if (steps % 25 === 0) {
      const letter = deadLetter(30 + steps / 25, now);
      letters = [letter, ...letters].slice(0, 100);
      byCause[letter.code] = (byCause[letter.code] ?? 0) + 1;
      frames.push({ name: 'deadLetters', data: { byCause: { ...byCause }, items: [letter] } });
    }
    return frames;
  };
  move(vehicles);
  for (let left = BEFORE; left > 0; left -= 1) step();
  return {
    step,
    state: () => ({
      mode: 'local',
      stage: 'local',
      now,
      graph: flowGraph,
      samples: samples(),
      canRedrive: true,
      flow: flowAt(flowGraph, now, steps / 10),
      vehicles: [...latest.values()],
      alerts,
      windows: windowsAt(now),
      logins: loginsAt(steps / 10),
      deadLetters: { byCause: { ...byCause }, items: letters },
    }),
  };
}

/** The same alerts as records of their topic. */
function tailOf(alerts: readonly AlertItem[]): Frame {
  const items = alerts.map(({ source, kind, vehicle, time, message }, index): TailItem => {
    const value = JSON.stringify({ vehicleId: vehicle, alert: kind, message, timestamp: new Date(time).toISOString() });
    return {
      partition: index % 3,
      offset: source.replace(/.*-(\d+).*/, '$1'),
      time,
      key: vehicle,
      value,
      headers: { source },
    };
  });
  return { name: 'tail', data: { topic: 'alerts-topic', items, left: 0 } };
}

const MESSAGES: Record<string, (reading: { speed?: number; fuelLevel?: number; temperature?: number }) => string> = {
  Speeding: ({ speed = 0 }) => `${speed.toFixed(1)} km/h`,
  LowFuel: ({ fuelLevel = 0 }) => `${fuelLevel.toFixed(1)} % fuel`,
  Temperature: ({ temperature = 0 }) => `${temperature.toFixed(1)} °C`,
  Delay: () => 'later than planned',
};
