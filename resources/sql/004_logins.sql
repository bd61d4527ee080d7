-- Logins, personal data: of `ip` the network alone, unless the stage keeps whole addresses. Nothing here expires by
-- itself; docs/schemas.md has the statement that a schedule of yours runs.

CREATE TABLE logins (
  source text PRIMARY KEY,
  user_id text NOT NULL,
  app_version text NOT NULL,
  ip inet,
  locale text NOT NULL,
  device_id text,
  device_type text NOT NULL,
  event_time timestamptz NOT NULL
);
COMMENT ON TABLE logins IS 'user-login-processed: one row per login';
COMMENT ON COLUMN logins.source IS 'user-login-<partition>-<offset> of the login';
COMMENT ON COLUMN logins.user_id IS 'device:<device_id> where the login had no user';
COMMENT ON COLUMN logins.ip IS 'personal data; the last 8 bits of IPv4 and 80 of IPv6 are zero, unless STORE_FULL_IP';
COMMENT ON COLUMN logins.device_id IS 'personal data';
CREATE INDEX logins_by_user ON logins (user_id, event_time DESC);
CREATE INDEX logins_by_time ON logins USING brin (event_time);

CREATE VIEW logins_by_device_type AS
  SELECT device_type, count(*) AS logins, count(DISTINCT user_id) AS users, max(event_time) AS last_time
  FROM logins GROUP BY device_type;

CREATE VIEW logins_by_app_version AS
  SELECT app_version, count(*) AS logins, count(DISTINCT user_id) AS users, max(event_time) AS last_time
  FROM logins GROUP BY app_version;

CREATE VIEW logins_by_locale AS
  SELECT locale, count(*) AS logins, count(DISTINCT user_id) AS users, max(event_time) AS last_time
  FROM logins GROUP BY locale;
