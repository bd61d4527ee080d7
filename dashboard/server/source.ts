import type { Coordinates } from '#proof/follow/coordinates.ts';
import type { LiveEvents, Sent, State, StoredRecord, Way } from '../contract.ts';
import type { Redrives } from './redrive/redrives.ts';

/** Where the dashboard has its data from: a run on this machine, or a deployed stage. */
export interface Source {
  state(): State;
  /** What has changed since the last call, by event. */
  changes(): Partial<LiveEvents>;
  /** Tells how many pages are open: without any, nothing needs to be fresh. */
  watched(pages: number): void;
  /** @throws RequestError where the topic isn't known */
  tail(topic: string): Tail;
  way(place: Coordinates): Promise<Way>;
  record(place: Coordinates, reveal: boolean): Promise<StoredRecord>;
  send(record: { topic: string; key: string | null; value: string }): Promise<Sent>;
  /** @throws RequestError where redriving isn't allowed */
  redrives(): Promise<Redrives>;
  /** Answers a request to the API: `path` with its query, such as `/vehicles?limit=10`. */
  api(path: string): Promise<{ status: number; type: string; body: Uint8Array | string }>;
  stop(): Promise<void>;
}

/** The records of a topic since the last question. */
export interface Tail {
  /** undefined where none came */
  take(): LiveEvents['tail'] | undefined;
  stop(): void;
}
