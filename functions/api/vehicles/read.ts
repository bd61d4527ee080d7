import { type DynamoDBClient, GetItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Deadline } from '#lib/deadline.ts';
import { storeCall } from '#lib/stores/call.ts';
import { cursorText } from '../http/cursor.ts';
import { STATE_PROJECTION, vehicleAlert, vehicleState, vehicleTrip } from './state.ts';

export interface VehicleTables {
  readonly client: DynamoDBClient;
  readonly vehicles: string;
  readonly trips: string;
  readonly alerts: string;
}

/** ms of one call; a page of 500 items takes tens of ms */
const TIMEOUT_MS = 3_000;

/** Reads the latest states from DynamoDB. @throws TransientError DYNAMODB */
export function readVehicles({ client, vehicles, trips, alerts }: VehicleTables) {
  const within = (deadline: Deadline) => ({ store: 'DYNAMODB', deadline, timeoutMs: TIMEOUT_MS });
  return {
    list: async ({ limit, cursor }: { limit: number; cursor: [string] | undefined }, deadline: Deadline) => {
      const start = cursor && { ExclusiveStartKey: { vehicleId: { S: cursor[0] } } };
      const command = new ScanCommand({ TableName: vehicles, Limit: limit, ...STATE_PROJECTION, ...start });
      const { Items = [], LastEvaluatedKey } = await storeCall(within(deadline), (options) =>
        client.send(command, options),
      );
      const last = LastEvaluatedKey?.['vehicleId']?.S;
      return { items: Items.map(vehicleState), ...(last !== undefined && { next: cursorText([last]) }) };
    },

    get: async ({ vehicleId }: { vehicleId: string }, deadline: Deadline) => {
      const Key = { vehicleId: { S: vehicleId } };
      const item = (TableName: string) =>
        storeCall(within(deadline), (options) => client.send(new GetItemCommand({ TableName, Key }), options));
      const raised = storeCall(within(deadline), (options) =>
        client.send(
          new QueryCommand({
            TableName: alerts,
            KeyConditionExpression: 'vehicleId = :id',
            ExpressionAttributeValues: { ':id': Key.vehicleId },
          }),
          options,
        ),
      );
      const [state, trip, { Items = [] }] = await Promise.all([item(vehicles), item(trips), raised]);
      if (state.Item === undefined) return undefined;
      return { vehicle: vehicleState(state.Item), trip: vehicleTrip(trip.Item), alerts: Items.map(vehicleAlert) };
    },
  };
}
