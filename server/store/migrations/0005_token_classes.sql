-- Token classes that few calls have, and why a reported cost was refused: mostly NULL, in the order of the appender.
DROP VIEW settled_lines;

ALTER TABLE bill_lines ADD COLUMN audio_cache_read_tokens BIGINT;
ALTER TABLE bill_lines ADD COLUMN image_input_tokens BIGINT;
ALTER TABLE bill_lines ADD COLUMN image_output_tokens BIGINT;
ALTER TABLE bill_lines ADD COLUMN image_cache_read_tokens BIGINT;
ALTER TABLE bill_lines ADD COLUMN reported_note VARCHAR;

-- As before; a view does not take up columns that its table gains.
CREATE VIEW settled_lines AS
SELECT
  l.*,
  coalesce(l.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, l.run_id) AS batch_id,
  l.batch IS NULL AND coalesce(b.batches, 0) > 1 AS shared,
  coalesce(a.waste, false) OR s.step IS NOT NULL AS waste,
  coalesce(NOT a.waste, false) AND s.step IS NULL AS failure
FROM bill_lines AS l
LEFT JOIN run_batches AS b ON b.pipeline = l.pipeline AND b.run_id = l.run_id
LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
LEFT JOIN repeated_steps AS s
  ON s.pipeline = l.pipeline AND s.batch = l.batch AND s.run_id = l.run_id AND s.step = l.step;
