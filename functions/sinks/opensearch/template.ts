import { ALERT_FIELDS } from '../../fleet/alerts.ts';
import { ALERT_INDICES } from './indices.ts';

export const TEMPLATE_NAME = 'alerts';

const keyword = { type: 'keyword', ignore_above: 1024 } as const;
const date = { type: 'date', format: 'strict_date_optional_time' } as const;
const types = { text: keyword, number: { type: 'double' }, time: date } as const;

type Fields = typeof ALERT_FIELDS;

/** The fields that rules add to alerts, by their type. */
const fields = Object.fromEntries(Object.entries(ALERT_FIELDS).map(([field, type]) => [field, types[type]])) as {
  readonly [Field in keyof Fields]: (typeof types)[Fields[Field]];
};

/**
 * Template of every index of alerts.
 *
 * - `strict`: a document with an unknown field becomes a dead letter, so that the mapping never grows by itself.
 * - A refresh each second, even if nobody searches the index: an alert can be found within about a second.
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
        threshold: types.number,
        ...fields,
      },
    },
  },
} as const;
