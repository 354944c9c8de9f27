-- How the attempts that ended since a time fared, by the provider that they worked with: their own calls tell it, else
-- those of other attempts of the same operation.
WITH tries AS MATERIALIZED (
  SELECT attempt_key, operation_key, pipeline, start_ns, outcome, error_class
  FROM attempts
  WHERE end_ns >= $from::BIGINT
),
calls AS MATERIALIZED (
  SELECT attempt_key, min(provider) AS provider
  FROM bill_lines
  -- An attempt's calls begin within it; an hour is long for one.
  WHERE start_ns >= $from::BIGINT - 3600000000000 AND kind = 'model' AND provider IS NOT NULL AND attempt_key IS NOT NULL
  GROUP BY attempt_key
),
works AS (
  SELECT t.operation_key, min(c.provider) AS provider
  FROM tries AS t
  JOIN calls AS c USING (attempt_key)
  GROUP BY t.operation_key
),
told AS (
  SELECT t.*, coalesce(c.provider, w.provider) AS provider
  FROM tries AS t
  LEFT JOIN calls AS c USING (attempt_key)
  LEFT JOIN works AS w USING (operation_key)
)
SELECT provider, count(*) AS attempts,
  count(*) FILTER (outcome <> 'succeeded' AND error_class = 'rate_limited') AS limited,
  count(*) FILTER (outcome <> 'succeeded' AND error_class IN ('server', 'timeout', 'network')) AS broken,
  min(start_ns) FILTER (outcome <> 'succeeded') AS first_ns,
  to_json(list(DISTINCT pipeline)[:20])::VARCHAR AS pipelines
FROM told
WHERE provider IS NOT NULL
GROUP BY provider
HAVING count(*) >= $attemptsMin::BIGINT AND count(*) FILTER (outcome <> 'succeeded') > 0
ORDER BY provider
LIMIT 1000
