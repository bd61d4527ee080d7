import { useEffect, useRef } from 'preact/hooks';
import { choose, useChosen } from '../live/chosen.ts';
import { useLive } from '../live/hooks.ts';
import { serverNow } from '../live/model.ts';
import { STALE_MS } from '../map/painter.ts';
import { type MapView, openMap } from '../map/view.ts';
import { Icon } from '../parts/icons.tsx';
import { Panel } from '../parts/panel.tsx';
import { useTrack, VehicleCard } from '../parts/vehicle-card.tsx';
import { count } from '../text/format.ts';

const KINDS = ['Speeding', 'LowFuel', 'Temperature', 'Delay'];
const KEYS: Record<string, [number, number]> = {
  ArrowLeft: [60, 0],
  ArrowRight: [-60, 0],
  ArrowUp: [0, 60],
  ArrowDown: [0, -60],
};

/** Vehicles on a map of the world. */
export function MapPanel() {
  const legend = (
    <span class="legend">
      <span>
        <span class="dot vehicle" /> no alert
      </span>
      {KINDS.map((kind, index) => (
        <span key={kind}>
          <span class={`dot alert-${index + 1}`} /> {kind}
        </span>
      ))}
      <span>
        <span class="dot stale" /> silent for {STALE_MS / 1000} s
      </span>
    </span>
  );
  return (
    <Panel id="map" title="Vehicles" note={legend}>
      <VehicleMap />
    </Panel>
  );
}

function VehicleMap() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = useRef<MapView>(null);
  const { vehicle } = useChosen();
  const track = useTrack(vehicle);
  useEffect(() => {
    if (canvas.current === null) return;
    map.current = openMap(canvas.current, (id) => choose({ vehicle: id }));
    return () => map.current?.end();
  }, []);
  useEffect(() => map.current?.mark(vehicle, track.points), [vehicle, track]);
  const key = (event: KeyboardEvent) => {
    const move = KEYS[event.key];
    if (move !== undefined) map.current?.pan(...move);
    else if (event.key === '+' || event.key === '=') map.current?.zoom(1.6);
    else if (event.key === '-') map.current?.zoom(1 / 1.6);
    else if (event.key === '0') map.current?.fit();
    else return;
    event.preventDefault();
  };
  return (
    <div class="map-box">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label="Map of the vehicles. Arrow keys move it, + and - zoom, 0 shows all."
        onKeyDown={key}
      />
      <MapCounts />
      <div class="map-tools">
        <button type="button" aria-label="Zoom in" onClick={() => map.current?.zoom(1.6)}>
          <Icon name="plus" />
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => map.current?.zoom(1 / 1.6)}>
          <Icon name="minus" />
        </button>
        <button type="button" aria-label="Show all vehicles" onClick={() => map.current?.fit()}>
          <Icon name="fit" />
        </button>
      </div>
      {vehicle !== null && <VehicleCard id={vehicle} track={track} />}
    </div>
  );
}

function MapCounts() {
  const model = useLive('vehicles', 'clock');
  const stale = serverNow(model) - STALE_MS;
  let [silent, alerted] = [0, 0];
  for (const { time, alert } of model.vehicles.values()) {
    if (time < stale) silent += 1;
    else if (alert !== null) alerted += 1;
  }
  const find = (event: Event) => {
    const id = (event.currentTarget as HTMLInputElement).value.trim();
    if (model.vehicles.has(id)) choose({ vehicle: id });
  };
  return (
    <div class="map-counts">
      <p>
        <b>{count(model.vehicles.size)}</b> vehicles, <b>{count(alerted)}</b> with an alert, <b>{count(silent)}</b>{' '}
        silent
      </p>
      <input type="search" aria-label="Find a vehicle by its id" placeholder="Vehicle id" onChange={find} />
    </div>
  );
}
