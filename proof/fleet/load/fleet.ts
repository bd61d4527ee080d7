import { createRandom } from '../../load/random.ts';
import { alertsOf, type ThresholdAlert } from './alerts.ts';
import { type Reading, toReading, withoutSome } from './readings.ts';
import { type Trip, tripOf } from './trips.ts';
import { createVehicle, type Habit, type VehicleState } from './vehicle.ts';

export interface FleetOptions {
  seed: number;
  vehicles: number;
  /** When the simulation starts, ms since the epoch. */
  start: number;
  /** What vehicle ids start with. */
  prefix?: string;
}

/** A trip, and whether every reading under it must raise a Delay alert. */
export interface PlannedTrip {
  trip: Trip;
  delayed: boolean;
}

/** A reading with the alerts that it must raise; `changed` where its vehicle has just started another trip. */
export interface FleetStep extends PlannedTrip {
  reading: Reading;
  alerts: ThresholdAlert[];
  changed: boolean;
}

export interface Fleet {
  /** The trips that the vehicles start with. */
  trips: PlannedTrip[];
  /** The next vehicle's reading at that time (ms since the epoch): the vehicles take turns. */
  next(time: number): FleetStep;
}

/** One vehicle in ten has each habit; in a smaller fleet, vehicles have several. */
const HABITS: readonly Habit[] = ['speeds', 'refuels', 'cargo out of range', 'late', 'arrives'];
const VEHICLES_PER_HABIT = 10;

/**
 * A simulated fleet: the same seed, options and times give the same readings.
 *
 * @example
 * const fleet = createFleet({ seed: 7, vehicles: 200, start: Date.now() });
 * fleet.next(Date.now()).reading; // { vehicleId: 'V001', location: '48.13701,11.57502', speed: 88.2, … }
 */
export function createFleet({ seed, vehicles, start, prefix = 'V' }: FleetOptions): Fleet {
  const run = Math.floor(start / 1000).toString(36);
  const members = Array.from({ length: vehicles }, (_, index) =>
    createMember(`${prefix}${String(index + 1).padStart(3, '0')}`, seed, index, start, habitsOf(index, vehicles), run),
  );
  let turn = 0;
  return {
    trips: members.map(({ planned }) => planned),
    next: (time) => (members[turn++ % members.length] as Member).step(time),
  };
}

interface Member {
  planned: PlannedTrip;
  step(time: number): FleetStep;
}

function createMember(
  vehicleId: string,
  seed: number,
  index: number,
  start: number,
  habits: ReadonlySet<Habit>,
  run: string,
): Member {
  const vehicle = createVehicle(seed, index, start, habits);
  const device = createRandom(seed, index, 1);
  const plan = (state: VehicleState, time: number): PlannedTrip => {
    // A vehicle that arrives in the run is on time at first and late on its second trip, so that alerts show the
    // change.
    const delayed = habits.has('late') || (habits.has('arrives') && state.leg % 2 === 0);
    return { trip: tripOf(vehicleId, state, delayed, time, run), delayed };
  };

  const first = vehicle.advance(start);
  let { leg } = first;
  let current = plan(first, start);
  return {
    planned: current,
    step(time) {
      const state = vehicle.advance(time);
      const changed = state.leg !== leg;
      if (changed) current = plan(state, time);
      leg = state.leg;
      const { latitude, longitude, speed, fuelLevel, temperature } = state;
      const measured = { vehicleId, time, latitude, longitude, speed, fuelLevel, temperature };
      const reading = toReading(withoutSome(device, measured));
      return { reading, alerts: alertsOf(reading), changed, ...current };
    },
  };
}

function habitsOf(index: number, vehicles: number): ReadonlySet<Habit> {
  const apart = VEHICLES_PER_HABIT / HABITS.length;
  const slots = Math.max(vehicles, VEHICLES_PER_HABIT);
  const habits = new Set<Habit>();
  for (let slot = index; slot < slots; slot += vehicles) {
    const habit = HABITS[(slot % VEHICLES_PER_HABIT) / apart];
    if (habit) habits.add(habit);
  }
  return habits;
}
