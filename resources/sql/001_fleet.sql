-- The vehicle fleet's records as rows. `source` is the record's provenance and primary key: writing it twice changes
-- nothing.

CREATE TABLE readings (
  source text PRIMARY KEY,
  vehicle_id text NOT NULL,
  event_time timestamptz NOT NULL,
  latitude double precision NOT NULL,
  longitude double precision NOT NULL,
  speed double precision,
  fuel_level double precision,
  temperature double precision,
  distance_remaining_km double precision,
  estimated_arrival timestamptz
);
COMMENT ON TABLE readings IS 'processed-data-topic: one row per valid reading of a vehicle';
COMMENT ON COLUMN readings.source IS 'raw-data-topic-<partition>-<offset> of the reading';
COMMENT ON COLUMN readings.speed IS 'km/h';
COMMENT ON COLUMN readings.fuel_level IS 'percent';
COMMENT ON COLUMN readings.temperature IS 'degrees Celsius';
COMMENT ON COLUMN readings.distance_remaining_km IS 'great-circle distance to the trip''s destination; null where no trip is known';
CREATE INDEX readings_by_vehicle ON readings (vehicle_id, event_time DESC);
-- Rows arrive about in the order of their time: a few pages of index for a whole period.
CREATE INDEX readings_by_time ON readings USING brin (event_time);

CREATE TABLE alerts (
  source text PRIMARY KEY,
  vehicle_id text NOT NULL,
  alert text NOT NULL,
  event_time timestamptz NOT NULL,
  detail jsonb NOT NULL
);
COMMENT ON TABLE alerts IS 'alerts-topic: one row per alert';
COMMENT ON COLUMN alerts.source IS 'raw-data-topic-<partition>-<offset>/<alert> of the reading that raised it';
COMMENT ON COLUMN alerts.detail IS 'the alert''s other fields: speed, fuelLevel, temperature, or the trip and its arrivals';
CREATE INDEX alerts_by_vehicle ON alerts (vehicle_id, event_time DESC);
CREATE INDEX alerts_by_kind ON alerts (alert, event_time DESC);

CREATE TABLE trips (
  source text PRIMARY KEY,
  vehicle_id text NOT NULL,
  trip_id text,
  destination_latitude double precision,
  destination_longitude double precision,
  planned_arrival timestamptz,
  deleted boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE trips IS 'trips-topic: one row per record, so every trip a vehicle ever had';
COMMENT ON COLUMN trips.source IS 'trips-topic-<partition>-<offset>';
COMMENT ON COLUMN trips.deleted IS 'true: a tombstone, the vehicle has no trip from then on';
CREATE INDEX trips_by_vehicle ON trips (vehicle_id);
