import type { KafkaRecord } from '#lib/kafka/records.ts';
import { ALERT_HEADERS } from '../fleet/alert-headers.ts';
import { readAlert } from '../fleet/schema.ts';
import { identityOf } from './identity.ts';
import { routeOf } from './routes.ts';
import { storedTime } from './stored-time.ts';

/** An alert as OpenSearch indexes it and SNS sends it. */
export interface AlertDocument {
  /** the record's identity, which ends in the kind of alert */
  readonly id: string;
  readonly vehicleId: string;
  readonly alert: string;
  /** ISO 8601, UTC */
  readonly eventTime: string;
  /** all fields of the document */
  readonly source: Readonly<Record<string, unknown>>;
}

/**
 * The alert's own fields, and what its headers say about the reading that raised it: the location, the trip, and the
 * threshold. Headers are used only where nobody but our functions may write to the topic.
 * @throws PermanentError where the record is not an alert
 */
export function alertDocument(record: KafkaRecord): AlertDocument {
  const { vehicleId, alert, timestamp, detail } = readAlert(record);
  const id = identityOf(record);
  const eventTime = storedTime(timestamp);
  const source = { source: id, vehicleId, alert, eventTime, ...contextOf(record), ...detail };
  return { id, vehicleId, alert, eventTime, source };
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

/** `alertHeaders` writes two numbers in JavaScript's form, for example `1e-7`. */
function geoPoint(text: string): { lat: number; lon: number } {
  const [lat, lon] = text.split(',').map(Number);
  return { lat: lat ?? Number.NaN, lon: lon ?? Number.NaN };
}
