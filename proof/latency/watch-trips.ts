import { paginateScan } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '#local/deploy/servers.ts';
import type { TripSample } from '../fleet/facts.ts';
import { type Watch, watchRepeatedly } from './watch.ts';

/** A trip is judged as unsettled for many seconds after its change, so one more second counts little. */
const EVERY_MS = 1_000;

/**
 * Scans the table of trips once a second, consistently, and notes each new trip. A trip that reached the
 * table late explains why readings met the trip before it. A sample is late by the time between two scans, and never
 * early. A trip that another one replaced between two scans has no sample. While the table doesn't answer, samples are
 * late too.
 */
export function watchTrips({ endpoint, table }: { endpoint: string; table: string }): Watch<TripSample> {
  const client = dynamodbOf({ dynamodb: endpoint });
  const known = new Map<string, string>();

  const scan = {
    TableName: table,
    ConsistentRead: true,
    ProjectionExpression: 'vehicleId, tripId, version, #deleted',
    ExpressionAttributeNames: { '#deleted': 'deleted' },
  };

  const look = async (samples: TripSample[]) => {
    for await (const { Items = [] } of paginateScan({ client }, scan)) {
      const seen = Date.now();
      for (const { vehicleId, tripId, version, deleted } of Items) {
        const id = vehicleId?.S ?? '';
        if (known.get(id) === version?.S) continue;
        known.set(id, version?.S ?? '');
        samples.push({ vehicleId: id, tripId: deleted?.BOOL ? undefined : tripId?.S, seen });
      }
    }
  };
  return watchRepeatedly(look, () => client.destroy(), EVERY_MS);
}
