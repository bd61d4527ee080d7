-- Runs a statement for each row by itself, and returns the rows that it refuses: where they are (from 1), PostgreSQL's
-- code, and the constraint, if it was one. All others are in. For a batch that one statement for all refused.

-- `rows` is json, not jsonb: that takes any text, and so leaves it to each row's own statement to refuse it.
CREATE FUNCTION insert_each(statement text, rows json)
RETURNS TABLE (place bigint, refused_with text, refused_by text)
LANGUAGE plpgsql AS $$
DECLARE
  one text;
BEGIN
  FOR place, one IN SELECT ordinality, value::text FROM json_array_elements(rows) WITH ORDINALITY LOOP
    BEGIN
      EXECUTE statement USING '[' || one || ']';
    EXCEPTION
      -- Classes 22, 23 and 54: what a row can be at fault for. Any other error fails the whole call.
      WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
        GET STACKED DIAGNOSTICS refused_with = RETURNED_SQLSTATE, refused_by = CONSTRAINT_NAME;
        RETURN NEXT;
    END;
  END LOOP;
END $$;
COMMENT ON FUNCTION insert_each IS 'runs a statement, whose $1 is a JSON array of one row, for each row; returns those that it refuses';
