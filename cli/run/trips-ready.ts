import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';

/** A trip that the generator has produced. */
interface Expected {
  vehicleId: string;
  tripId: string;
}

const POLL_MS = 200;

/**
 * Waits until all trips are in their table, so that the arrival is estimated for every reading from the first one on.
 * @throws Error with the number of missing trips if the bound has passed: the trips' mapping or function fails
 */
export async function tripsReady(
  dynamodb: DynamoDBClient,
  table: string,
  trips: readonly Expected[],
  boundMs = 60_000,
): Promise<void> {
  const missing = new Map(trips.map(({ vehicleId, tripId }) => [vehicleId, tripId]));
  for (const deadline = Date.now() + boundMs; ; ) {
    for await (const { Items } of paginateScan({ client: dynamodb }, { TableName: table, ConsistentRead: true })) {
      for (const { vehicleId, tripId } of Items ?? []) {
        if (missing.get(vehicleId?.S ?? '') === tripId?.S) missing.delete(vehicleId?.S ?? '');
      }
    }
    if (missing.size === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        `${missing.size} of ${trips.length} trips did not reach the table ${table} within ${boundMs / 1000} s: ` +
          'see upsertIntoDynamodb in .local/logs/functions.log',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
