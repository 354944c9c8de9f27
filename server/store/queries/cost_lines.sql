-- Sums of counted lines in [from, to) by where they come from, and by `grain` nanoseconds of their start: with 1, each line's own.
SELECT l.start_ns // $grain::BIGINT * $grain::BIGINT AS start_ns,
  l.kind, l.pipeline, l.step, l.model, l.provider, l.team, l.environment, l.attempt, l.attempt_key IS NOT NULL AS in_attempt,
  l.tags, l.run_id, l.batch,
  count(*) AS lines,
  count(*) FILTER (l.cost_nano IS NULL) AS unpriced,
  sum(coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0))::BIGINT AS tokens,
  coalesce(sum(l.cost_nano), 0)::BIGINT AS cost_nano,
  coalesce(sum(l.cost_nano) FILTER (a.waste), 0)::BIGINT AS waste_nano,
  coalesce(sum(l.cost_nano) FILTER (NOT a.waste), 0)::BIGINT AS failure_nano
FROM bill_lines AS l
LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
GROUP BY ALL
LIMIT $max::BIGINT
