import { createRandom, type Random } from '../../load/random.ts';
import { CITIES, citiesReachableFrom } from './cities.ts';
import { distanceKm, type Point, pointBetween } from './geo.ts';

/** A behaviour that a vehicle shows within its first minute, with any seed. */
export type Habit = 'speeds' | 'refuels' | 'cargo out of range' | 'late' | 'arrives';

/** A vehicle's physical state. Speed in km/h, fuel in %, temperature in °C. */
export interface VehicleState extends Point {
  speed: number;
  fuelLevel: number;
  temperature: number;
  destination: Point;
  /** The number of the leg: it grows when the vehicle arrives and starts again. */
  leg: number;
}

export interface Vehicle {
  /** Moves the vehicle to that time (ms since the epoch, never backwards). */
  advance(time: number): VehicleState;
}

const CITY_RADIUS_KM = 8;
const CITY_SPEED = { mean: 38, deviation: 6 };
const HIGHWAY_SPEED = { mean: 70, deviation: 5 };
const TOO_FAST = { mean: 89, deviation: 3 };
const TOP_SPEED = 125;
/** Time constants in seconds, of speed and of cargo temperature. */
const SPEED_INERTIA = 15;
const CARGO_INERTIA = 20;
const CARGO_SET_POINTS = [4, 4, 18];
const CARGO_OUT_OF_RANGE = [47, 52, -16];
const EXCURSIONS_PER_SECOND = 1 / 3600;

/**
 * One vehicle's drive: great-circle legs between the cities of a region, slow near a city and faster between them.
 * The same seed, number, start and times give the same drive.
 */
export function createVehicle(seed: number, number: number, start: number, habits: ReadonlySet<Habit>): Vehicle {
  const random = createRandom(seed, number);
  const cruise = habits.has('speeds') ? around(random, TOO_FAST) : around(random, HIGHWAY_SPEED);
  const citySpeed = habits.has('speeds') ? cruise : around(random, CITY_SPEED);
  const kmPerPercent = random.between(6, 9);
  const refuelsAt = random.between(4, 14);
  const setPoint = pick(random, CARGO_SET_POINTS);
  const bias = random.between(-1, 1);

  let time = start;
  let leg = 1;
  let from = pick(random, CITIES);
  let to = pick(random, citiesReachableFrom(from));
  let length = distanceKm(from, to);
  let driven = habits.has('arrives') ? length - random.between(0.1, 0.3) : random.between(0, length * 0.9);
  let speed = driven < CITY_RADIUS_KM || length - driven < CITY_RADIUS_KM ? citySpeed : cruise;
  let fuelLevel = habits.has('refuels') ? refuelsAt + random.between(0.02, 0.12) : random.between(16, 98);
  let standsUntil = start;
  let excursion = habits.has('cargo out of range') ? newExcursion() : { target: setPoint, until: start };
  let temperature = excursion.target;

  function newExcursion() {
    return { target: pick(random, CARGO_OUT_OF_RANGE), until: time + random.between(40, 120) * 1000 };
  }

  function drive(seconds: number) {
    const inCity = driven < CITY_RADIUS_KM || length - driven < CITY_RADIUS_KM;
    const wanted = inCity ? citySpeed : cruise;
    const near = 1 - Math.exp(-seconds / SPEED_INERTIA);
    speed = time < standsUntil ? 0 : clamp(speed + (wanted - speed) * near + random.normal() * 4 * near, 0, TOP_SPEED);
    const km = (speed * seconds) / 3600;
    driven += km;
    fuelLevel = Math.max(0, fuelLevel - km / kmPerPercent);
    if (fuelLevel <= refuelsAt) {
      fuelLevel = random.between(92, 100);
      standsUntil = time + random.between(10, 30) * 1000;
    }
  }

  function setOutAgain() {
    leg++;
    from = to;
    to = pick(random, citiesReachableFrom(from));
    length = distanceKm(from, to);
    driven = 0;
  }

  function keepCargo(seconds: number) {
    if (time >= excursion.until && random.chance(EXCURSIONS_PER_SECOND * seconds)) excursion = newExcursion();
    const wanted = time < excursion.until ? excursion.target : setPoint + bias;
    const near = 1 - Math.exp(-seconds / CARGO_INERTIA);
    temperature += (wanted - temperature) * near + random.normal() * 0.3 * near;
  }

  return {
    advance(now) {
      const seconds = Math.max(0, (now - time) / 1000);
      time = Math.max(time, now);
      drive(seconds);
      keepCargo(seconds);
      if (driven >= length) setOutAgain();
      return { ...pointBetween(from, to, driven / length), speed, fuelLevel, temperature, destination: to, leg };
    },
  };
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

function around(random: Random, { mean, deviation }: { mean: number; deviation: number }): number {
  return mean + random.normal() * deviation;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
