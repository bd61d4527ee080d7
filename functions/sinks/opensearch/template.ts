import { ALERT_INDICES } from './indices.ts';

export const TEMPLATE_NAME = 'alerts';

const keyword = { type: 'keyword', ignore_above: 1024 } as const;
const number = { type: 'double' } as const;
const date = { type: 'date', format: 'strict_date_optional_time' } as const;

/**
 * What every index of alerts is made with. `strict`: a field that isn't here makes a document a dead letter, rather
 * than a mapping that grows with whatever is sent. A refresh each second, also of an index that nobody searches: an
 * alert can be found within about a second.
 */
export const alertsTemplate = {
  index_patterns: [ALERT_INDICES],
  template: {
    settings: { number_of_shards: 1, auto_expand_replicas: '0-1', refresh_interval: '1s' },
    mappings: {
      dynamic: 'strict',
      properties: {
        source: keyword,
        vehicleId: keyword,
        alert: keyword,
        eventTime: date,
        location: { type: 'geo_point' },
        tripId: keyword,
        threshold: number,
        speed: number,
        fuelLevel: number,
        temperature: number,
        estimatedArrival: date,
        plannedArrival: date,
      },
    },
  },
} as const;
