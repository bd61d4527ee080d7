-- The order in which the API lists alerts (functions/api/records/alerts.ts). Those of a vehicle or a kind have theirs.

CREATE INDEX alerts_by_time ON alerts (event_time DESC, source DESC);
