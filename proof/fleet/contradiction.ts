import type { Contradiction } from '../checks/witness.ts';
import { lateness } from './check-delays.ts';
import type { FleetManifest } from './facts.ts';
import { RAW } from './places.ts';
import { DELAY } from './truth/alerts.ts';
import type { FleetTruth, GoodReading } from './truth/fleet.ts';

/** Compares the code and the alerts that the generator meant a record to have with those found by reading it. */
export function contradiction(
  truth: FleetTruth,
  manifest: Pick<FleetManifest, 'firstTrips' | 'tripChanges'> | undefined,
  delayMinutes: number,
): Contradiction {
  const changes = manifest === undefined ? [] : [...manifest.firstTrips, ...manifest.tripChanges];
  const byVehicle = Map.groupBy(changes, ({ vehicleId }) => vehicleId);

  return (topic, name, expectation) => {
    const bad = (truth.bad.get(name) ?? truth.badTrips.get(name))?.code;
    const meant = expectation.kind === 'bad' ? expectation.code : undefined;
    if (meant !== bad) return `meant to be ${meant ?? 'good'}, found to be ${bad ?? 'good'}`;
    const good = truth.good.get(name);
    if (topic !== RAW || expectation.kind === 'bad' || good === undefined) return undefined;

    const threshold = expectation.raises.filter((kind) => kind !== DELAY);
    const [said, found] = [threshold.toSorted().join(), kindsOf(good).join()];
    if (said !== found) return `meant to raise [${said}], found to raise [${found}]`;
    return delayContradiction(good, expectation.raises.includes(DELAY));
  };

  /**
   * The generator says for each reading whether its vehicle's trip at that moment is late. That trip in the topic must
   * say the same. A trip whose send failed is in no topic, so there is nothing to compare. The function may have used
   * another trip, where this one came late into its table: check-delays.ts checks that.
   */
  function delayContradiction(good: GoodReading, meant: boolean): string | undefined {
    const { vehicleId } = good.reading;
    const change = byVehicle.get(vehicleId)?.findLast(({ time }) => time <= good.record.timestamp);
    const trip = change && truth.history.tripOf(vehicleId, change.tripId);
    if (trip === undefined) return undefined;
    const found = lateness(good, trip, delayMinutes) > 0;
    return meant === found ? undefined : `${DELAY}: meant ${meant}, found ${found} by trip ${trip.tripId}`;
  }
}

const kindsOf = ({ alerts }: GoodReading) => alerts.map(({ alert }) => alert).sort();
