import type { Item } from '#lib/stores/attributes.ts';

/** Attributes of a vehicle's item that the answer has, in this order. `version` orders writes, and stays inside. */
const STATE = [
  'vehicleId',
  'latitude',
  'longitude',
  'speed',
  'fuelLevel',
  'temperature',
  'eventTime',
  'distanceRemainingKm',
  'estimatedArrival',
  'source',
] as const;

/** For `ProjectionExpression`; none of them is a reserved word of DynamoDB but these names are safe with any. */
export const STATE_PROJECTION = {
  ProjectionExpression: STATE.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(STATE.map((name) => [`#${name}`, name])),
};

export function vehicleState(item: Item): object {
  return picked(item, STATE);
}

/** A vehicle's trip; null where it has none, or its last one was deleted. */
export function vehicleTrip(item: Item | undefined): object | null {
  if (item === undefined || item['deleted']?.BOOL === true) return null;
  return picked(item, ['tripId', 'destination', 'plannedArrival']);
}

/** The attributes of an alert's item that every alert has, and those that only order writes. */
const NOT_DETAIL = new Set(['vehicleId', 'alert', 'timestamp', 'source', 'version', 'detail']);

/** An alert. `detail` has the fields that only its kind has. */
export function vehicleAlert(item: Item): object {
  const known = Object.keys(item).filter((name) => !NOT_DETAIL.has(name));
  const { alert, source } = picked(item, ['alert', 'source']);
  const others = plain(item['detail']) as object | undefined;
  return { alert, eventTime: plain(item['timestamp']), source, detail: { ...others, ...picked(item, known) } };
}

function picked(item: Item, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, plain(item[name])]])));
}

/** An attribute as a JSON value: the reverse of `attribute` in lib/stores/attributes.ts. */
function plain(value: Item[string] | undefined): unknown {
  if (value === undefined || value.NULL) return undefined;
  if (value.N !== undefined) return Number(value.N);
  if (value.L !== undefined) return value.L.map(plain);
  if (value.M !== undefined) {
    return Object.fromEntries(Object.entries(value.M).map(([name, inner]) => [name, plain(inner)]));
  }
  return value.S ?? value.BOOL;
}
