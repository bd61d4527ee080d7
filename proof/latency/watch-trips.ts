import { paginateScan } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { lookRepeatedly } from './look-repeatedly.ts';
import type { Watch } from './watch-alerts.ts';

/** A vehicle's trip that was seen in its table. */
export interface TripSample {
  vehicleId: string;
  /** undefined: that it has none, by a tombstone */
  tripId: string | undefined;
  /** when a read first found it, ms since the epoch: whoever reads from then on finds it too, or a later one */
  seen: number;
}

/**
 * Scans the trips up to five times a second, consistently, and notes each that is new: how late a trip came into its
 * table is what explains that readings met the one before. A sample is late by the poll, never early; a trip that gave
 * way to another in between has none. A table that doesn't answer is seen late as well.
 */
export function watchTrips({ endpoint, table }: { endpoint: string; table: string }): Watch<TripSample> {
  const client = dynamodbOf({ dynamodb: endpoint });
  const samples: TripSample[] = [];
  const known = new Map<string, string>();

  const stop = lookRepeatedly(async () => {
    for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
      const seen = Date.now();
      for (const { vehicleId, tripId, version, deleted } of Items) {
        const id = vehicleId?.S ?? '';
        if (known.get(id) === version?.S) continue;
        known.set(id, version?.S ?? '');
        samples.push({ vehicleId: id, tripId: deleted?.BOOL ? undefined : tripId?.S, seen });
      }
    }
  });
  return {
    seen: () => samples.length,
    async stop() {
      await stop();
      client.destroy();
      return samples;
    },
  };
}
