import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';

/** A trip as its generator made it. */
interface Expected {
  vehicleId: string;
  tripId: string;
}

const POLL_MS = 200;

/**
 * Waits until every trip is in its table, so that readings are estimated from their first second on.
 * @throws Error with how many are missing when the bound has passed: the trips' mapping or its function is broken
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
        `${missing.size} of ${trips.length} trips did not reach ${table} within ${boundMs / 1000} s: ` +
          'see upsertIntoDynamodb in the log of the functions',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
