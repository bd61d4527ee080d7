import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../live/ask.ts';
import { choose } from '../live/chosen.ts';
import { useLive } from '../live/hooks.ts';
import { serverNow } from '../live/model.ts';
import { model } from '../live/store.ts';
import { type StoredVehicle, storedTrack, storedVehicle } from '../live/stored.ts';
import { count, NOT_KNOWN, seconds } from '../text/format.ts';
import { Icon } from './icons.tsx';
import { Source, Value } from './value.tsx';

export interface Track {
  points: { x: number; y: number }[];
  problem: string | null;
}

const NO_TRACK: Track = { points: [], problem: null };

/** Where a vehicle was, as the store has it. */
export function useTrack(id: string | null): Track {
  const [track, setTrack] = useState(NO_TRACK);
  useEffect(() => {
    setTrack(NO_TRACK);
    if (id === null) return;
    let isOver = false;
    storedTrack(id, serverNow(model)).then(
      (points) => !isOver && setTrack({ points, problem: null }),
      (error: unknown) => !isOver && setTrack({ points: [], problem: messageOf(error) }),
    );
    return () => {
      isOver = true;
    };
  }, [id]);
  return track;
}

/** The chosen vehicle: its latest reading, its trip and its track. */
export function VehicleCard({ id, track }: { id: string; track: Track }) {
  useLive('vehicles', 'clock');
  const [known, setKnown] = useState<StoredVehicle | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    setKnown(null);
    setProblem(null);
    storedVehicle(id).then(setKnown, (error: unknown) => setProblem(messageOf(error)));
  }, [id]);
  const vehicle = model.vehicles.get(id);
  const rows: [string, string][] = [
    ['speed', typeof vehicle?.speed === 'number' ? `${count(vehicle.speed)} km/h` : NOT_KNOWN],
    ['alert', vehicle?.alert ?? 'none'],
    ['seen', vehicle ? `${seconds((serverNow(model) - vehicle.time) / 1000)} ago` : NOT_KNOWN],
    ...detailsOf(known),
    ['track', track.problem ?? (track.points.length > 0 ? `${track.points.length} readings` : 'none stored yet')],
  ];
  return (
    <div class="vehicle-card">
      <h3>{id}</h3>
      <button type="button" class="close square" aria-label="Close" onClick={() => choose({ vehicle: null })}>
        <Icon name="close" />
      </button>
      <dl>
        {rows.map(([name, text]) => [
          <dt key={name}>{name}</dt>,
          <dd key={`${name} value`}>
            <Value of={text} />
          </dd>,
        ])}
      </dl>
      {problem !== null && <p class="problem">{problem}</p>}
      {vehicle && <Source of={vehicle.source} says="The way of its latest reading" />}
    </div>
  );
}

const DETAILS: [label: string, field: string, unit: string][] = [
  ['fuel', 'fuelLevel', ' %'],
  ['cargo', 'temperature', ' °C'],
  ['to go', 'distanceRemainingKm', ' km'],
  ['arrives', 'estimatedArrival', ''],
];

function detailsOf(known: StoredVehicle | null): [string, string][] {
  const { vehicle, trip } = known ?? { vehicle: {}, trip: null };
  const rows = DETAILS.flatMap(([label, field, unit]): [string, string][] => {
    const value = vehicle[field];
    if (typeof value === 'number') return [[label, `${Math.round(value * 10) / 10}${unit}`]];
    return typeof value === 'string' ? [[label, new Date(value).toLocaleString('en-GB')]] : [];
  });
  const tripId = trip?.['tripId'];
  return typeof tripId === 'string' ? [['trip', tripId], ...rows] : rows;
}
