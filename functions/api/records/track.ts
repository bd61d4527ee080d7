import type { Deadline } from '#lib/deadline.ts';
import type { Values } from '../http/route.ts';
import type { getTrack } from '../routes/vehicles.ts';
import { type Page, pageOf } from './page.ts';
import { orderedRange } from './range.ts';
import { all, given, iso, keyTime, type OpenDatabase, textValue, within } from './rows.ts';

/** A vehicle's readings in the order of their time. The index readings_by_vehicle has that order. */
export function readTrack(open: OpenDatabase) {
  return (values: Values<typeof getTrack.parameters>, deadline: Deadline): Promise<Page> => {
    const { vehicleId, limit, cursor } = values;
    const where = all(
      { sql: 'vehicle_id = :vehicle', values: [textValue('vehicle', vehicleId)] },
      within('event_time', orderedRange(values)),
      given(cursor, ([time, source]) => ({
        sql: '(event_time, source) > (CAST(:afterTime AS timestamptz), :afterSource)',
        values: [textValue('afterTime', time), textValue('afterSource', source)],
      })),
    );
    const sql = `
      SELECT source, ${iso('event_time')} AS "eventTime", latitude, longitude, speed, fuel_level AS "fuelLevel",
        temperature, distance_remaining_km AS "distanceRemainingKm", ${iso('estimated_arrival')} AS "estimatedArrival",
        json_build_array(${keyTime('event_time')}, source) AS key
      FROM readings WHERE ${where.sql} ORDER BY event_time, source`;
    return pageOf(open(deadline), { sql, values: where.values }, limit);
  };
}
