import type { Deadline } from '#lib/deadline.ts';
import type { Box } from '../http/parameters.ts';
import type { Values } from '../http/route.ts';
import type { listAlerts } from '../routes/records.ts';
import { type Page, pageOf } from './page.ts';
import { boundedRange, orderedRange } from './range.ts';
import { all, given, iso, keyTime, numberValue, type OpenDatabase, type Part, textValue, within } from './rows.ts';

/**
 * Alerts, the newest first. An alert has no place: its reading has it, whose `source` is the alert's without the kind.
 * The reading may not be there yet, since another mapping writes it.
 */
export function readAlerts(open: OpenDatabase, now: () => number = Date.now) {
  return (values: Values<typeof listAlerts.parameters>, deadline: Deadline): Promise<Page> => {
    const { kind, vehicle, box, limit, cursor } = values;
    // Alerts outside the box are read too, so the range bounds the work.
    const range = orderedRange(box === undefined ? values : boundedRange(values, now()));
    const where = all(
      given(kind, (text) => ({ sql: 'a.alert = :kind', values: [textValue('kind', text)] })),
      given(vehicle, (text) => ({ sql: 'a.vehicle_id = :vehicle', values: [textValue('vehicle', text)] })),
      within('a.event_time', range),
      given(box, inBox),
      given(cursor, ([time, source]) => ({
        sql: '(a.event_time, a.source) < (CAST(:afterTime AS timestamptz), :afterSource)',
        values: [textValue('afterTime', time), textValue('afterSource', source)],
      })),
    );
    const sql = `
      SELECT a.source, a.vehicle_id AS "vehicleId", a.alert, ${iso('a.event_time')} AS "eventTime", a.detail,
        r.latitude, r.longitude, json_build_array(${keyTime('a.event_time')}, a.source) AS key
      FROM alerts AS a LEFT JOIN readings AS r ON r.source = split_part(a.source, '/', 1)
      WHERE ${where.sql} ORDER BY a.event_time DESC, a.source DESC`;
    return pageOf(open(deadline), { sql, values: where.values }, limit);
  };
}

function inBox(box: Box): Part {
  const across = box.west > box.east;
  return {
    sql: `r.latitude BETWEEN :south AND :north AND (r.longitude >= :west ${across ? 'OR' : 'AND'} r.longitude <= :east)`,
    values: Object.entries(box).map(([name, degrees]) => numberValue(name, degrees)),
  };
}
