import { type ProducedHeader, textHeader } from '#lib/kafka/headers.ts';
import type { Location } from './location.ts';

/**
 * Headers of alerts-topic, with the context of an alert. The value of an alert has exactly the fields that the
 * requirements name, so the context is in headers. Consumers can't look it up: the vehicle's state has changed by then,
 * and an alert that is indexed again must be the same document.
 */
export const ALERT_HEADERS = {
  /** `lat,lon` in degrees */
  location: 'location',
  /** the trip that the vehicle was on; absent if unknown */
  tripId: 'tripId',
  /** the limit that the reading has passed, in the unit of the alert's field; for Delay in minutes */
  threshold: 'threshold',
} as const;

export function alertHeaders(location: Location, tripId: string | undefined, threshold: number): ProducedHeader[] {
  const headers = [textHeader(ALERT_HEADERS.location, `${location.latitude},${location.longitude}`)];
  if (tripId !== undefined) headers.push(textHeader(ALERT_HEADERS.tripId, tripId));
  headers.push(textHeader(ALERT_HEADERS.threshold, threshold));
  return headers;
}
