-- Counted lines without a cost, by what a price would be for.
WITH unpriced AS (
  SELECT
    kind,
    CASE kind WHEN 'model' THEN provider END AS provider,
    CASE kind WHEN 'model' THEN model END AS model,
    CASE kind WHEN 'model' THEN tier END AS tier,
    CASE kind WHEN 'compute' THEN pipeline END AS pipeline,
    coalesce(unpriced_reason, 'unknown') AS reason,
    usage_fault IS NOT NULL AS faulty,
    count(*) AS calls,
    coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), 0)::BIGINT AS tokens,
    min(start_ns) AS first_ns,
    max(start_ns) AS last_ns
  FROM bill_lines
  WHERE cost_nano IS NULL
    AND excluded IS NULL
    AND start_ns >= $from::BIGINT
    AND start_ns < $to::BIGINT
    AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
  GROUP BY ALL
)
SELECT *, count(*) OVER () AS matching, (sum(calls) OVER ())::BIGINT AS calls_total
FROM unpriced
ORDER BY calls DESC, kind, provider, model, tier, pipeline, reason
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
