-- Where spend since a time came from, with its tokens: enough to tell what another price would make of it.
SELECT
  pipeline,
  CASE kind WHEN 'model' THEN provider END AS provider,
  CASE kind WHEN 'model' THEN model END AS model,
  CASE kind WHEN 'model' THEN tier END AS tier,
  team,
  environment,
  tags,
  coalesce(sum(cost_nano), 0)::HUGEINT AS cost,
  coalesce(sum(input_tokens - coalesce(cache_read_tokens, 0)), 0)::HUGEINT AS input_tokens,
  coalesce(sum(cache_read_tokens), 0)::HUGEINT AS cache_read_tokens,
  coalesce(sum(output_tokens), 0)::HUGEINT AS output_tokens
FROM bill_lines
WHERE excluded IS NULL AND cost_nano > 0 AND start_ns >= $since::BIGINT
GROUP BY ALL
ORDER BY cost DESC
LIMIT 10000
