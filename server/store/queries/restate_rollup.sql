-- Takes the old cost out of the sums of a line's quarter of an hour and puts the new one in, where the line belongs now.
INSERT INTO cost_quarters
WITH moved AS (
  SELECT r.*, a.waste,
    coalesce(r.new_cost, 0) - coalesce(r.old_cost, 0) AS difference,
    (r.new_cost IS NULL)::BIGINT - (r.old_cost IS NULL)::BIGINT AS unpriced
  FROM restated AS r
  LEFT JOIN losing_attempts AS a ON a.attempt_key = r.attempt_key
  WHERE r.excluded IS NULL
)
SELECT
  start_ns - ((start_ns % 900000000000) + 900000000000) % 900000000000 AS bucket_ns,
  cost_origin_key(
    kind, pipeline, step, CASE kind WHEN 'model' THEN model END, CASE kind WHEN 'model' THEN provider END, team, environment,
    attempt, attempt_key IS NOT NULL, tags
  ) AS origin,
  cost_place_key(pipeline, run_id, batch) AS place,
  0, 0, sum(unpriced)::BIGINT, 0, sum(difference)::BIGINT,
  coalesce(sum(difference) FILTER (waste), 0)::BIGINT,
  coalesce(sum(difference) FILTER (NOT waste), 0)::BIGINT
FROM moved
GROUP BY 1, 2, 3
RETURNING bucket_ns, origin, place, unpriced, cost_nano, waste_nano, failure_nano
