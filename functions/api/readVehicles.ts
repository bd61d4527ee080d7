import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readConfiguration, text } from '#lib/configuration.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import { apiHandler, serve } from './http/handler.ts';
import { getVehicle, listVehicles } from './routes/vehicles.ts';
import { readVehicles } from './vehicles/read.ts';

const config = readConfiguration({ VEHICLES_TABLE: text, TRIPS_TABLE: text, ALERTS_TABLE: text });

const vehicles = readVehicles({
  client: new DynamoDBClient(oneAttempt),
  vehicles: config.VEHICLES_TABLE,
  trips: config.TRIPS_TABLE,
  alerts: config.ALERTS_TABLE,
});

/** The routes that read DynamoDB: latest states. */
export const handler = apiHandler('readVehicles', [
  serve(listVehicles, vehicles.list),
  serve(getVehicle, vehicles.get),
]);
