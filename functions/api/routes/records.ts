import { VEHICLE_ID_LENGTH } from '../../fleet/limits.ts';
import { cursor } from '../http/cursor.ts';
import { box, name, oneOf } from '../http/parameters.ts';
import { route } from '../http/route.ts';
import { from, limit, to } from './common.ts';
import { count, list, maybeNumber, number, object, page, text, time } from './schema.ts';

export const listAlerts = route({
  path: '/alerts',
  operationId: 'listAlerts',
  summary: 'Alerts, the newest first, each with the place of its reading',
  parameters: {
    kind: name('the kind, as Speeding', 64),
    vehicle: name("the vehicle's id", VEHICLE_ID_LENGTH),
    from,
    to,
    box: box('south,west,north,east in degrees. Without `from` it searches the last 24 hours, and at most 31 days'),
    limit,
    cursor: cursor('time', 'text'),
  },
  answer: page(
    object({
      source: text,
      vehicleId: text,
      alert: text,
      eventTime: time,
      detail: { type: 'object' },
      latitude: maybeNumber,
      longitude: maybeNumber,
    }),
  ),
});

export const listProductMetrics = route({
  path: '/product-metrics',
  operationId: 'listProductMetrics',
  summary: 'One-minute windows of orders by product, the newest first',
  parameters: { from, to, product: name("the product's id", 128), limit, cursor: cursor('whole', 'text') },
  answer: page(
    object({
      windowStart: time,
      windowEnd: time,
      productId: text,
      orderCount: count,
      totalRevenue: number,
      avgOrderValue: number,
    }),
  ),
});

export const countLogins = route({
  path: '/logins',
  operationId: 'countLogins',
  summary: 'Logins counted by a field that tells nothing of a person. The most frequent values come first',
  parameters: {
    by: oneOf('the field', ['device_type', 'app_version', 'locale']),
    from: { ...from, description: 'logins from this time on; without it 24 hours before `to`, and at most 31 days' },
    to: { ...to, description: 'logins before this time; without it until now' },
    limit,
  },
  answer: object({
    by: text,
    from: time,
    to: time,
    items: list(object({ value: text, logins: count })),
    others: { ...count, description: 'logins with a value that is not in items' },
  }),
});
