-- Runs that began since a time, by pipeline: how many, how many told of what kind they are, backfills that succeeded, runs
-- that announced themselves and went silent or sent a sample of their spans, and how many spans their collectors dropped.
WITH runs AS (
  SELECT pipeline, run_id, any_value(run_kind) AS run_kind, max(end_ns) FILTER (is_run) AS end_ns,
    coalesce(
      arg_max(outcome, end_ns) FILTER (is_run AND outcome IS NOT NULL),
      CASE WHEN bool_or(failed) FILTER (is_run) THEN 'failed' WHEN bool_or(is_run) THEN 'succeeded' END
    ) AS outcome,
    bool_or(sampled) AS sampled,
    bool_or(event IS NOT NULL) AND NOT bool_or(is_run) AND max(received_ns) < $silent::BIGINT AS lost
  FROM run_summary
  WHERE start_ns >= $from::BIGINT
  GROUP BY pipeline, run_id
),
drops AS (
  SELECT pipeline, sum(dropped_spans)::BIGINT AS dropped
  FROM activities
  WHERE start_ns >= $from::BIGINT AND dropped_spans > 0
  GROUP BY pipeline
)
SELECT r.pipeline, count(*) AS runs, count(r.run_kind) AS told,
  count(*) FILTER (r.run_kind = 'backfill') AS backfills,
  max(r.end_ns) FILTER (r.run_kind = 'backfill' AND r.outcome = 'succeeded') AS backfilled_ns,
  count(*) FILTER (r.lost) AS lost, count(*) FILTER (r.sampled) AS sampled, coalesce(any_value(d.dropped), 0)::BIGINT AS dropped
FROM runs AS r
LEFT JOIN drops AS d ON d.pipeline = r.pipeline
GROUP BY r.pipeline
ORDER BY r.pipeline
LIMIT 1000
