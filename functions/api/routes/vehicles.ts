import { VEHICLE_ID_LENGTH } from '../../fleet/limits.ts';
import { cursor } from '../http/cursor.ts';
import { requiredName } from '../http/parameters.ts';
import { route } from '../http/route.ts';
import { from, limit, to } from './common.ts';
import { list, maybeNumber, maybeTime, number, object, page, text, time } from './schema.ts';

const vehicleId = requiredName("the vehicle's id", VEHICLE_ID_LENGTH);

const state = object(
  { vehicleId: text, latitude: number, longitude: number, eventTime: time, source: text },
  { speed: number, fuelLevel: number, temperature: number, distanceRemainingKm: number, estimatedArrival: time },
);

const trip = object({ tripId: text, destination: text, plannedArrival: time });

const alert = object({ alert: text, eventTime: time, source: text, detail: { type: 'object' } });

export const listVehicles = route({
  path: '/vehicles',
  operationId: 'listVehicles',
  summary: 'The latest state of each vehicle, in no order',
  parameters: { limit, cursor: cursor('text') },
  answer: page(state),
});

export const getVehicle = route({
  path: '/vehicles/{vehicleId}',
  operationId: 'getVehicle',
  summary: "A vehicle's latest state, its trip, and its latest alert of each kind",
  parameters: { vehicleId },
  answer: object({ vehicle: state, trip: { anyOf: [trip, { type: 'null' }] }, alerts: list(alert) }),
  mayLack: true,
});

export const getTrack = route({
  path: '/vehicles/{vehicleId}/track',
  operationId: 'getTrack',
  summary: "A vehicle's readings in the order of their time",
  parameters: { vehicleId, from, to, limit, cursor: cursor('time', 'text') },
  answer: page(
    object({
      source: text,
      eventTime: time,
      latitude: number,
      longitude: number,
      speed: maybeNumber,
      fuelLevel: maybeNumber,
      temperature: maybeNumber,
      distanceRemainingKm: maybeNumber,
      estimatedArrival: maybeTime,
    }),
  ),
});
