import { PermanentError } from '#lib/errors.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { ALERT_HEADERS } from '../../fleet/alert-headers.ts';
import { identityOf } from '../identity.ts';
import { routeOf } from '../routes.ts';
import { readAlert, storedTime } from '../values.ts';
import { indexOf } from './indices.ts';

/** A document as `_bulk` creates it. */
export interface AlertDocument {
  readonly index: string;
  readonly id: string;
  readonly source: Readonly<Record<string, unknown>>;
}

/** OpenSearch refuses a longer `_id`, in bytes of UTF-8. */
const LONGEST_ID = 512;

/**
 * An alert as a document: its own fields, and what its headers say of the reading that raised it: where the vehicle
 * was, on which trip, and the threshold that was passed. Headers count only where nobody but our functions writes.
 * `_id` is the record's identity, which ends in the kind of alert: written again, it is the same document.
 *
 * @throws PermanentError where the record is no alert
 */
export function documentOf(record: KafkaRecord): AlertDocument {
  const { vehicleId, alert, timestamp, detail } = readAlert(record);
  const id = identityOf(record);
  if (Buffer.byteLength(id) > LONGEST_ID)
    throw new PermanentError('TOO_LARGE', `its source is over ${LONGEST_ID} bytes`);
  const eventTime = storedTime(timestamp);
  const source = { source: id, vehicleId, alert, eventTime, ...contextOf(record), ...detail };
  return { index: indexOf(eventTime), id, source };
}

function contextOf(record: KafkaRecord): Record<string, unknown> {
  if (!routeOf(record.topic).trusted) return {};
  const location = record.header(ALERT_HEADERS.location);
  const tripId = record.header(ALERT_HEADERS.tripId);
  const threshold = record.header(ALERT_HEADERS.threshold);
  return {
    ...(location !== undefined && { location: geoPoint(location) }),
    ...(tripId !== undefined && { tripId }),
    ...(threshold !== undefined && { threshold: Number(threshold) }),
  };
}

/** As `alertHeaders` writes it: two numbers in JavaScript's own form, which `1e-7` is too. */
function geoPoint(text: string): { lat: number; lon: number } {
  const [lat, lon] = text.split(',').map(Number);
  return { lat: lat ?? Number.NaN, lon: lon ?? Number.NaN };
}
