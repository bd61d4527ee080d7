import { type Header, textHeader } from '#lib/kafka/headers.ts';
import type { Location } from './location.ts';

/**
 * Headers of alerts-topic that say more of the reading than the alert's own fields do, which are the seed's exactly.
 * In headers, and not looked up by whoever needs them: the latest state has moved on by the time an alert is indexed,
 * and an alert indexed again must be the same document.
 */
export const ALERT_HEADERS = {
  /** `lat,lon` in degrees */
  location: 'location',
  /** of the trip that the vehicle was on; absent where none is known */
  tripId: 'tripId',
  /** the limit that was passed, in the unit of the alert's field; of Delay in minutes */
  threshold: 'threshold',
} as const;

export function alertHeaders(location: Location, tripId: string | undefined, threshold: number): Header[] {
  return [
    textHeader(ALERT_HEADERS.location, `${location.latitude},${location.longitude}`),
    ...(tripId === undefined ? [] : [textHeader(ALERT_HEADERS.tripId, tripId)]),
    textHeader(ALERT_HEADERS.threshold, threshold),
  ];
}
