-- Stored lines under attempts whose loss changed move their cost to or from waste and failure.
INSERT INTO cost_quarters
SELECT
  l.start_ns - ((l.start_ns % 900000000000) + 900000000000) % 900000000000 AS bucket_ns,
  cost_origin_key(
    l.kind, l.pipeline, l.step, CASE l.kind WHEN 'model' THEN l.model END, CASE l.kind WHEN 'model' THEN l.provider END,
    l.team, l.environment, l.attempt, true, l.tags
  ) AS origin,
  cost_place_key(l.pipeline, l.run_id, l.batch) AS place,
  0, 0, 0, 0, 0,
  sum(l.cost_nano * f.waste_sign)::BIGINT,
  sum(l.cost_nano * f.failure_sign)::BIGINT
FROM bill_lines AS l
JOIN flipped AS f USING (attempt_key)
WHERE l.excluded IS NULL AND l.cost_nano IS NOT NULL
  AND l.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
GROUP BY 1, 2, 3
RETURNING bucket_ns, origin, place, unpriced, cost_nano, waste_nano, failure_nano
