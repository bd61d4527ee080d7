-- Records of topics that no domain knows (demo_topic), as they are.

CREATE TABLE records (
  source text PRIMARY KEY,
  topic text NOT NULL,
  partition int NOT NULL,
  "offset" bigint NOT NULL,
  "timestamp" timestamptz NOT NULL,
  key_text text,
  key_bytes bytea,
  value_json jsonb,
  value_text text,
  value_bytes bytea
);
COMMENT ON TABLE records IS 'one row per record of a topic that has no table of its own';
COMMENT ON COLUMN records.source IS '<topic>-<partition>-<offset>';
COMMENT ON COLUMN records."timestamp" IS 'the record''s Kafka timestamp';
COMMENT ON COLUMN records.key_bytes IS 'a key that PostgreSQL can''t hold as text';
COMMENT ON COLUMN records.value_json IS 'a value that is JSON';
COMMENT ON COLUMN records.value_text IS 'a value that is other text';
COMMENT ON COLUMN records.value_bytes IS 'a value that PostgreSQL can hold neither as JSON nor as text';
CREATE INDEX records_by_topic ON records (topic, partition, "offset");
