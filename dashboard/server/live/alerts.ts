import type { AlertItem } from '../../contract.ts';
import { headerText, objectOf, type PlacedRecord, timeOf } from './kafka-record.ts';

/** The fields that every alert has; the others say what was wrong. */
const COMMON = new Set(['vehicleId', 'alert', 'timestamp']);
const PLACE = /^(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)$/i;

/** An alert of alerts-topic; undefined where the record is none. */
export function alertOf(record: PlacedRecord): AlertItem | undefined {
  const alert = objectOf(record) ?? {};
  const { vehicleId, alert: kind } = alert;
  const time = timeOf(alert['timestamp']);
  if (typeof vehicleId !== 'string' || typeof kind !== 'string' || time === undefined) return undefined;
  const [, latitude, longitude] = PLACE.exec(headerText(record, 'location') ?? '') ?? [];
  const fields = Object.entries(alert).filter(([name]) => !COMMON.has(name));
  const limit = headerText(record, 'threshold');
  return {
    source: headerText(record, 'source') ?? `${record.topic}-${record.partition}-${record.offset}`,
    kind,
    vehicle: vehicleId,
    time,
    latitude: numberOf(latitude),
    longitude: numberOf(longitude),
    message: [
      ...fields.map(([name, value]) => `${name} ${String(value)}`),
      ...(limit === undefined ? [] : [`limit ${limit}`]),
    ].join(', '),
  };
}

function numberOf(text: string | undefined): number | null {
  const number = Number(text ?? Number.NaN);
  return Number.isFinite(number) ? number : null;
}
