import type { DeadLetterItem, Logins, WindowItem } from '../../../contract.ts';

const PRODUCTS = [
  'Espresso beans',
  'Steel bottle',
  'Trail shoes',
  'Rain jacket',
  'Desk lamp',
  'Notebook',
  'Bike light',
  'Headphones',
  'Water filter',
  'Camp stove',
  'Wool socks',
  'Phone stand',
];

/** The windows of the last minutes: the newest is open, one is corrected, some orders came late. */
export function windowsAt(now: number): WindowItem[] {
  const minute = Math.floor(now / 60_000) * 60_000;
  return [0, 1, 2, 3, 4, 5].flatMap((ago) =>
    PRODUCTS.map((product, index): WindowItem => {
      const full = 40 + ((index * 37 + ago * 11) % 60);
      const orders = ago === 0 ? Math.ceil((full * ((now - minute) / 1000)) / 60) : full;
      const state = ago === 0 ? 'open' : ago === 1 ? 'closing' : ago === 3 && index === 2 ? 'corrected' : 'closed';
      const price = 64 - index * 4.35;
      return {
        start: minute - ago * 60_000,
        product,
        state,
        orders,
        revenue: orders * price,
        late: ago === 3 && index === 2 ? 2 : 0,
      };
    }),
  );
}

export function loginsAt(seconds: number): Logins {
  const of = (shares: Record<string, number>) =>
    Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, Math.round(20 * share * (seconds + 90))]));
  return {
    deviceType: of({ android: 0.46, ios: 0.34, web: 0.2 }),
    appVersion: of({ '2.4.0': 0.5, '2.3.1': 0.3, '2.2.9': 0.12, '1.9.4': 0.05, unknown: 0.03 }),
    locale: of({
      'en-US': 0.31,
      'de-DE': 0.22,
      'hi-IN': 0.18,
      'pt-BR': 0.12,
      'ja-JP': 0.09,
      'fr-FR': 0.05,
      'es-ES': 0.03,
    }),
  };
}

const CAUSES: [code: string, topic: string, fn: string, reason: string][] = [
  ['SCHEMA', 'raw-data-dlq', 'processTelemetry', 'speed: must be at least 0, not -12'],
  ['NOT_JSON', 'raw-data-dlq', 'processTelemetry', 'the value is not JSON'],
  ['UNKNOWN_PRODUCT', 'orders-dlq', 'processOrder', 'product_id isn’t in the catalogue'],
  ['UNKNOWN_SCHEMA', 'user-login-dlq', 'processLogin', 'schema id 4711 isn’t in the registry'],
  ['NOT_UTF8', 'orders-dlq', 'processOrder', 'the value is not UTF-8'],
];

export function deadLetter(number: number, now: number): DeadLetterItem {
  const [code, topic, fn, reason] = CAUSES[
    [0, 2, 0, 1, 0, 2, 3, 0, 2, 4][number % 10] as number
  ] as (typeof CAUSES)[number];
  const origin = `${topic.replace('-dlq', topic.startsWith('raw') ? '-topic' : '')}-${number % 3}-${1_000 + number}`;
  return {
    topic,
    partition: number % 3,
    offset: String(number),
    time: now,
    code,
    reason,
    function: fn,
    origin,
    headers: { source: origin, '__lambda.errors.exception': code, '__lambda.function.name': fn },
  };
}
