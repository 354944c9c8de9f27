-- More that cost is asked by: tags (`{"name":"value"}`, names in order) and the hold of money that a line is paid from.
ALTER TABLE bill_lines ADD COLUMN tags VARCHAR;
ALTER TABLE bill_lines ADD COLUMN reservation_id VARCHAR;
ALTER TABLE cost_rollup ADD COLUMN provider VARCHAR;
ALTER TABLE cost_rollup ADD COLUMN tags VARCHAR;

-- The provider of what was summed before.
CREATE TEMP TABLE model_sums AS
SELECT
  l.start_ns - ((l.start_ns % 900000000000) + 900000000000) % 900000000000 AS bucket_ns,
  l.kind, l.pipeline, l.run_id, l.batch, l.step, CASE l.kind WHEN 'model' THEN l.model END AS model, l.team,
  count(*) FILTER (l.excluded IS NULL) AS lines,
  count(*) FILTER (l.excluded IS NOT NULL) AS excluded,
  count(*) FILTER (l.excluded IS NULL AND l.cost_nano IS NULL) AS unpriced,
  coalesce(sum(coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0)) FILTER (l.excluded IS NULL), 0)::BIGINT AS tokens,
  coalesce(sum(l.cost_nano) FILTER (l.excluded IS NULL), 0)::BIGINT AS cost_nano,
  coalesce(sum(l.cost_nano) FILTER (l.excluded IS NULL AND a.waste), 0)::BIGINT AS waste_nano,
  coalesce(sum(l.cost_nano) FILTER (l.excluded IS NULL AND NOT a.waste), 0)::BIGINT AS failure_nano,
  CASE l.kind WHEN 'model' THEN l.provider END AS provider,
  NULL::VARCHAR AS tags
FROM bill_lines AS l
LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
GROUP BY ALL;
DELETE FROM cost_rollup;
INSERT INTO cost_rollup SELECT * FROM model_sums;
DROP TABLE model_sums;

-- A view keeps the columns that its table had when it was made.
DROP VIEW settled_lines;
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
