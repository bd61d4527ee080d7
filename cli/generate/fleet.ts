import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { startFleet } from '#proof/fleet/load/start.ts';
import { startTrace } from '#proof/fleet/load/start-trace.ts';
import { deriveSpeeds, parseTrace } from '#proof/fleet/load/trace.ts';
import { UsageError } from '../command.ts';
import { tripsReady } from '../run/trips-ready.ts';
import { badShare, type Kind, number } from './options.ts';

/** Vehicles: simulated, or from a recorded trace. */
export const fleet: Record<string, Kind> = {
  fleet: {
    options: ['vehicles', 'rate', 'bad', 'seed', 'duration'],
    async prepare(values) {
      const vehicles = number(values, 'vehicles', 20, { min: 1, max: 100_000, integer: true });
      const rate = number(values, 'rate', vehicles, { min: 0.01, max: 50_000 });
      const bad = badShare(values);
      return async (options, { endpoints, references }) => {
        const table = references?.['TripsTable']?.['Ref'];
        if (typeof table !== 'string')
          throw new Error('the stack is still deploying its template: try again in a few seconds');
        const dynamodb = dynamodbOf(endpoints);
        // "G": other vehicles than those of npm start, so that neither run changes the trips of the other.
        return startFleet({
          ...options,
          vehicles,
          rate,
          bad,
          prefix: 'G',
          tripsReady: (trips) => tripsReady(dynamodb, table, trips).finally(() => dynamodb.destroy()),
        });
      };
    },
  },
  'fleet --trace': {
    options: ['trace', 'vehicle', 'speedup', 'shift', 'keep-time', 'duration'],
    async prepare(values) {
      const file = String(values.trace);
      const speedup = number(values, 'speedup', 1, { min: 1, max: 1_000_000 });
      if (values.shift !== undefined && values.shift !== 'now') {
        throw new UsageError(`--shift takes "now", not "${values.shift}"; --keep-time keeps the recorded times`);
      }
      if (values.shift && values['keep-time']) throw new UsageError('give --shift now or --keep-time, not both');
      const measurements = await readTrace(file, values.vehicle as string | undefined);
      return (options) => startTrace({ ...options, measurements, speedup, shift: !values['keep-time'] });
    },
  },
};

async function readTrace(file: string, vehicle: string | undefined) {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Error(`can't read the trace ${file}`, { cause });
  });
  const { measurements, withoutSpeed } = deriveSpeeds(
    parseTrace(text, { vehicle, fallback: basename(file, extname(file)) }),
  );
  const { first, timeNotLater, implausible } = withoutSpeed;
  console.error(
    `${file}: ${measurements.length} fixes; without a speed: ${first} are the first of their vehicle, ` +
      `${timeNotLater} are not later than the fix before, ${implausible} are implausibly far from it`,
  );
  return measurements;
}
