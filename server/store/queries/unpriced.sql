-- Counted lines without a cost, by what a price would be for.
WITH mine AS (
  SELECT l.*,
    coalesce(l.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, l.run_id) AS batch_id
  FROM bill_lines AS l
  LEFT JOIN run_batches AS b ON b.pipeline = l.pipeline AND b.run_id = l.run_id
  WHERE l.cost_nano IS NULL AND l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
),
unpriced AS (
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
  FROM mine
  WHERE cost_selected(
      $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
      pipeline, run_id, batch_id, step, CASE kind WHEN 'compute' THEN 'compute' ELSE model END,
      CASE kind WHEN 'compute' THEN 'compute' ELSE provider END, team, environment, attempt::VARCHAR, kind, tags
    )
    AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
  GROUP BY ALL
)
SELECT *, count(*) OVER () AS matching, (sum(calls) OVER ())::BIGINT AS calls_total
FROM unpriced
ORDER BY calls DESC, kind, provider, model, tier, pipeline, reason
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
