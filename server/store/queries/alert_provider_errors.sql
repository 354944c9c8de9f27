-- How the attempts that ended since a time fared, by the provider that they worked with and the class of their error: their
-- own calls tell the provider, else those of other attempts of the same operation. NULL for any pipeline or provider.
WITH tries AS MATERIALIZED (
  SELECT attempt_key, operation_key, pipeline, start_ns, end_ns, outcome, error_class
  FROM attempts
  WHERE end_ns >= $from::BIGINT AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
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
SELECT provider, CASE WHEN outcome <> 'succeeded' THEN coalesce(error_class, 'other') END AS error_class,
  outcome <> 'succeeded' AS failed, count(*) AS attempts, min(start_ns) AS first_ns, max(end_ns) AS last_ns,
  to_json(list(DISTINCT pipeline ORDER BY pipeline)[:20])::VARCHAR AS pipelines
FROM told
WHERE $provider::VARCHAR IS NULL OR provider = $provider::VARCHAR
GROUP BY ALL
ORDER BY provider, error_class
LIMIT 10000
