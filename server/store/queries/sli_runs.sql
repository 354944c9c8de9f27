-- Runs that gave a sign of life since a time, from their first start on. `dropped` of `spans` were left out by collectors.
WITH recent AS (
  SELECT DISTINCT pipeline, run_id FROM run_summary WHERE received_ns >= $since::BIGINT
),
drops AS (
  SELECT a.pipeline, a.run_id, sum(a.dropped_spans)::BIGINT AS dropped
  FROM activities AS a
  SEMI JOIN recent AS r ON r.pipeline = a.pipeline AND r.run_id = a.run_id
  WHERE a.dropped_spans > 0
  GROUP BY a.pipeline, a.run_id
),
stored AS (
  SELECT d.pipeline, d.run_id, count(*) AS spans
  FROM drops AS d
  JOIN (SELECT DISTINCT pipeline, run_id, trace_hi, trace_lo FROM activities) AS a
    ON a.pipeline = d.pipeline AND a.run_id = d.run_id
  JOIN spans AS s ON s.trace_lo = a.trace_lo AND s.trace_hi = a.trace_hi
  GROUP BY d.pipeline, d.run_id
)
SELECT s.pipeline, s.run_id, min(s.start_ns) AS start_ns, max(s.end_ns) FILTER (s.is_run) AS end_ns,
  max(s.end_ns) AS last_ns, max(s.received_ns) AS last_sign_ns, bool_or(s.event IS NOT NULL) AS announced,
  any_value(d.dropped) AS dropped, any_value(t.spans) AS spans
FROM run_summary AS s
SEMI JOIN recent AS r ON r.pipeline = s.pipeline AND r.run_id = s.run_id
LEFT JOIN drops AS d ON d.pipeline = s.pipeline AND d.run_id = s.run_id
LEFT JOIN stored AS t ON t.pipeline = s.pipeline AND t.run_id = s.run_id
GROUP BY s.pipeline, s.run_id
