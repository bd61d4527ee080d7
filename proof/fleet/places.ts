import { ALL_COLUMNS, STORE_SINKS, type TopicRow } from '../domain-types.ts';

export const RAW = 'raw-data-topic';
export const TRIPS = 'trips-topic';
export const PROCESSED = 'processed-data-topic';
export const ALERTS = 'alerts-topic';
export const RAW_DLQ = 'raw-data-dlq';

export const TOPICS = {
  [RAW]: { compacted: false, refusedBy: ['processTelemetry'] },
  [TRIPS]: { compacted: true, refusedBy: STORE_SINKS },
  [PROCESSED]: { compacted: false },
  [ALERTS]: { compacted: false },
  [RAW_DLQ]: { compacted: false },
} as const satisfies Record<string, TopicRow>;

export const TABLES = { vehicles: 'VehiclesTable', alerts: 'AlertsTable', trips: 'TripsTable' } as const;

export const COLUMNS = {
  readings: (committed: string) => `*, ${committed} AS committed`,
  alerts: ALL_COLUMNS,
  trips: ALL_COLUMNS,
};

/** Rows as `pg` returns them. */
export interface ReadingRow {
  source: string;
  vehicle_id: string;
  event_time: Date;
  latitude: number;
  longitude: number;
  speed: number | null;
  fuel_level: number | null;
  temperature: number | null;
  distance_remaining_km: number | null;
  estimated_arrival: Date | null;
  /** when it was committed; null where the server doesn't keep it (`track_commit_timestamp`) */
  committed: Date | null;
}
export interface AlertRow {
  source: string;
  vehicle_id: string;
  alert: string;
  event_time: Date;
  detail: unknown;
}
export interface TripRow {
  source: string;
  vehicle_id: string;
  trip_id: string | null;
  destination_latitude: number | null;
  destination_longitude: number | null;
  planned_arrival: Date | null;
  deleted: boolean;
}
export interface FleetRows {
  readings: ReadingRow[];
  alerts: AlertRow[];
  trips: TripRow[];
}
