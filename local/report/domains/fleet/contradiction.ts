import type { Contradiction } from '../../checks/witness.ts';
import { RAW } from '../../topics.ts';
import type { Verdict } from './check-delays.ts';
import { DELAY } from './truth/alerts.ts';
import type { FleetTruth, GoodReading } from './truth/fleet.ts';

/** What the generator meant a record to be, against what is found by reading it: the code, the alerts. */
export function contradiction(truth: FleetTruth, verdicts: ReadonlyMap<string, Verdict>): Contradiction {
  return (topic, name, expectation) => {
    const bad = (truth.bad.get(name) ?? truth.badTrips.get(name))?.code;
    const meant = expectation.kind === 'bad' ? expectation.code : undefined;
    if (meant !== bad) return `meant to be ${meant ?? 'good'}, found to be ${bad ?? 'good'}`;
    const good = truth.good.get(name);
    if (topic !== RAW || expectation.kind === 'bad' || good === undefined) return undefined;

    const threshold = expectation.raises.filter((kind) => kind !== DELAY);
    const [said, found] = [threshold.toSorted().join(), kindsOf(good).join()];
    if (said !== found) return `meant to raise [${said}], found to raise [${found}]`;
    return delayContradiction(good, expectation.raises.includes(DELAY), truth, verdicts.get(name));
  };
}

const kindsOf = ({ alerts }: GoodReading) => alerts.map(({ alert }) => alert).sort();

/** The generator knows of each reading whether its vehicle's trip of that moment is late; a settled trip must agree. */
function delayContradiction(good: GoodReading, delayed: boolean, truth: FleetTruth, verdict: Verdict | undefined) {
  const trips = truth.history.possible(good.reading.vehicleId, good.record.timestamp, Number.POSITIVE_INFINITY);
  if (trips.length !== 1 || verdict === undefined || verdict === 'either') return undefined;
  return delayed === (verdict === 'must') ? undefined : `${DELAY}: meant ${delayed}, found ${verdict}`;
}
