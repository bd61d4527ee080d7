import type { Logins } from '../../contract.ts';
import { objectOf, type PlacedRecord } from './kafka-record.ts';

/** Values of a field, and characters of a value: apps and locales are few. */
const [MOST, LENGTH] = [50, 40];
const FIELDS = { deviceType: 'device_type', appVersion: 'app_version', locale: 'locale' } as const;

/** Counts the logins of user-login-processed by fields that aren't personal. */
export class LoginCounts {
  readonly #counts = { deviceType: new Map(), appVersion: new Map(), locale: new Map() } as Record<
    keyof Logins,
    Map<string, number>
  >;
  #isChanged = false;

  /** Takes a record; one that isn't JSON isn't counted. */
  add(record: PlacedRecord): void {
    const login = objectOf(record);
    if (login === undefined) return;
    this.#isChanged = true;
    for (const [name, field] of Object.entries(FIELDS) as [keyof Logins, string][]) {
      const counts = this.#counts[name];
      const own = login[field];
      const value = typeof own === 'string' ? own.slice(0, LENGTH) : 'unknown';
      const counted = counts.has(value) || counts.size < MOST ? value : 'other';
      counts.set(counted, (counts.get(counted) ?? 0) + 1);
    }
  }

  all(): Logins {
    const { deviceType, appVersion, locale } = this.#counts;
    return {
      deviceType: Object.fromEntries(deviceType),
      appVersion: Object.fromEntries(appVersion),
      locale: Object.fromEntries(locale),
    };
  }

  /** undefined where none came */
  changes(): Logins | undefined {
    if (!this.#isChanged) return undefined;
    this.#isChanged = false;
    return this.all();
  }
}
