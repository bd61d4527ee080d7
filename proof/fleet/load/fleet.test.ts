import { createFleet } from './fleet.ts';
import { distanceKm } from './geo.ts';

const START = Date.parse('2026-01-15T10:00:00Z');
const SECONDS = 60;

/** Drives each vehicle with one reading a second. */
function drive(vehicles: number, seed: number, seconds = SECONDS) {
  const fleet = createFleet({ seed, vehicles, start: START });
  const steps = [];
  for (let second = 1; second <= seconds; second++) {
    for (let vehicle = 0; vehicle < vehicles; vehicle++) steps.push(fleet.next(START + second * 1000 + vehicle));
  }
  return { fleet, steps };
}

test('the same seed and times give the same fleet, another seed gives another', () => {
  expect(drive(20, 7)).toMatchObject({ steps: drive(20, 7).steps });
  expect(drive(20, 7).fleet.trips).toEqual(drive(20, 7).fleet.trips);
  expect(drive(20, 8).steps.map(({ reading }) => reading)).not.toEqual(
    drive(20, 7).steps.map(({ reading }) => reading),
  );
});

test('a vehicle drives the same in a fleet of any size', () => {
  const first = (vehicles: number) => drive(vehicles, 7).steps.filter(({ trip }) => trip.vehicleId === 'V002');
  expect(first(20).map(({ reading }) => reading.location)).toEqual(first(200).map(({ reading }) => reading.location));
});

test.each([1, 3, 10, 200])(
  '%i vehicles raise each alert in a minute, each in less than a third of readings',
  (vehicles) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { steps } = drive(vehicles, seed);
      for (const kind of ['Speeding', 'LowFuel', 'Temperature'] as const) {
        const raised = steps.filter(({ alerts }) => alerts.includes(kind)).length;
        expect(raised).toBeGreaterThan(0);
        if (vehicles >= 10) expect(raised / steps.length).toBeLessThan(0.33);
      }
    }
  },
);

test('some readings lack a field, and most have all', () => {
  const { steps } = drive(200, 7);
  const share = (field: 'speed' | 'fuelLevel' | 'temperature') =>
    steps.filter(({ reading }) => reading[field] === undefined).length / steps.length;
  expect(share('speed')).toBeGreaterThan(0.03);
  expect(share('speed')).toBeLessThan(0.1);
  expect(share('fuelLevel')).toBeLessThan(0.2);
  expect(share('temperature')).toBeLessThan(0.25);
});

test('speeds are plausible, and fit the distance between locations', () => {
  const { steps } = drive(200, 7, 300);
  const byVehicle = Map.groupBy(steps, ({ reading }) => reading.vehicleId);
  const compared = [...byVehicle.values()].flatMap((own) =>
    own.flatMap(({ reading: { speed, location }, changed }, index) => {
      const before = own[index - 1];
      if (!before || changed || speed === undefined) return [];
      return { speed, moved: distanceKm(pointOf(before.reading.location), pointOf(location)) * 3600 };
    }),
  );
  expect(compared.length).toBeGreaterThan(50_000);
  expect(compared.filter(({ speed }) => speed < 0 || speed > 130)).toEqual([]);
  // A location is rounded to about a metre, which is 4 km/h at one reading a second.
  expect(compared.filter(({ speed, moved }) => Math.abs(moved - speed) > 9)).toEqual([]);
});

test('every location and destination is on earth', () => {
  const { steps } = drive(200, 7, 30);
  const points = steps.flatMap(({ reading, trip }) => [pointOf(reading.location), pointOf(trip.destination)]);
  const onEarth = points.filter((point) => Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180);
  expect(onEarth.length).toBe(points.length);
});

test('the fuel level falls, and the vehicle refuels', () => {
  const { steps } = drive(10, 7, 300);
  const levels = steps.flatMap(({ reading }) => (reading.vehicleId === 'V003' ? (reading.fuelLevel ?? []) : []));
  const refills = levels.filter((level, index) => level > (levels[index - 1] ?? level) + 1);
  const falls = levels.filter((level, index) => level < (levels[index - 1] ?? level));
  expect(refills.length).toBeGreaterThan(0);
  expect(falls.length).toBeGreaterThan(0);
});

test('planned arrivals are hours too early or weeks too late, and a vehicle that arrives starts another trip', () => {
  const { fleet, steps } = drive(200, 7);
  expect(new Set(fleet.trips.map(({ trip }) => trip.tripId)).size).toBe(200);
  expect(fleet.trips.filter(({ delayed }) => delayed).length).toBe(20);
  const changes = steps.filter(({ changed }) => changed);
  expect(changes.length).toBeGreaterThan(0);
  for (const { trip, delayed } of [...fleet.trips, ...changes]) {
    const hours = (Date.parse(trip.plannedArrival) - START) / 3_600_000;
    expect(delayed ? hours < -2 : hours > 700).toBe(true);
  }
  for (const { trip, delayed } of changes) {
    const first = fleet.trips.find((planned) => planned.trip.vehicleId === trip.vehicleId);
    expect(trip.tripId).not.toBe(first?.trip.tripId);
    expect(trip.destination).not.toBe(first?.trip.destination);
    if (!first?.delayed) expect(delayed).toBe(true);
  }
});

function pointOf(location: string) {
  const [latitude, longitude] = location.split(',').map(Number);
  return { latitude: latitude ?? Number.NaN, longitude: longitude ?? Number.NaN };
}
