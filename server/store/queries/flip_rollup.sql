-- Stored lines under attempts whose loss changed move their cost to or from waste and failure.
INSERT INTO cost_rollup
SELECT
  l.start_ns - ((l.start_ns % 900000000000) + 900000000000) % 900000000000 AS bucket_ns,
  l.kind, l.pipeline, l.run_id, l.batch, l.step, CASE l.kind WHEN 'model' THEN l.model END, l.team,
  0, 0, 0, 0, 0,
  sum(l.cost_nano * f.waste_sign)::BIGINT,
  sum(l.cost_nano * f.failure_sign)::BIGINT,
  CASE l.kind WHEN 'model' THEN l.provider END, l.tags, l.environment, l.attempt, true
FROM bill_lines AS l
JOIN flipped AS f USING (attempt_key)
WHERE l.excluded IS NULL AND l.cost_nano IS NOT NULL
  AND l.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
GROUP BY ALL
