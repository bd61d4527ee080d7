import type { AlertItem, LiveEvents, State } from '../../contract.ts';
import { alertOf } from './alerts.ts';
import { DeadLetterLog } from './dead-letters.ts';
import type { PlacedRecord } from './kafka-record.ts';
import { Latest } from './latest.ts';
import { LoginCounts } from './logins.ts';
import { Vehicles } from './vehicles.ts';
import { Windows } from './windows.ts';

const MOST_ALERTS = 1_000;

/** What the dashboard knows of a run from the records of its topics. */
export class Live {
  readonly #vehicles = new Vehicles();
  readonly #alerts = new Latest<AlertItem>(MOST_ALERTS);
  readonly #windows = new Windows();
  readonly #logins = new LoginCounts();
  readonly #deadLetters = new DeadLetterLog();
  readonly #now: () => number;
  /**
   * By topic: what a record of it changes, and how many records of each partition are read that were written
   * before the first page was opened.
   */
  readonly topics: Readonly<Record<string, { back: number; take: (record: PlacedRecord) => void }>> = {
    'processed-data-topic': { back: 2_000, take: (record) => this.#vehicles.reading(record) },
    'alerts-topic': { back: 500, take: (record) => this.#alert(record) },
    'processed-orders': { back: 5_000, take: (record) => this.#windows.order(record) },
    'product-metrics': { back: 5_000, take: (record) => this.#windows.result(record) },
    'user-login-processed': { back: 5_000, take: (record) => this.#logins.add(record) },
  };

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Takes a record of a topic with dead letters. */
  deadLetter(record: PlacedRecord): void {
    const letter = this.#deadLetters.add(record);
    if (letter !== undefined) this.#windows.late(letter, record);
  }

  state(): Pick<State, 'vehicles' | 'alerts' | 'windows' | 'logins' | 'deadLetters'> {
    return {
      vehicles: this.#vehicles.all(),
      alerts: this.#alerts.all(),
      windows: this.#windows.all(),
      logins: this.#logins.all(),
      deadLetters: this.#deadLetters.all(),
    };
  }

  changes(): Partial<LiveEvents> {
    const vehicles = this.#vehicles.changes(this.#now());
    const alerts = this.#alerts.changes();
    const windows = this.#windows.changes();
    const logins = this.#logins.changes();
    const deadLetters = this.#deadLetters.changes();
    return {
      ...(vehicles && { vehicles }),
      ...(alerts.length > 0 && { alerts: { items: alerts } }),
      ...(windows.length > 0 && { windows: { items: windows } }),
      ...(logins && { logins }),
      ...(deadLetters && { deadLetters }),
    };
  }

  #alert(record: PlacedRecord): void {
    const alert = alertOf(record);
    if (alert === undefined) return;
    this.#alerts.add(alert);
    // An alert that was written before the page was opened may be old.
    this.#vehicles.alert(alert.vehicle, alert.kind, Math.min(record.timestamp, this.#now()));
  }
}
