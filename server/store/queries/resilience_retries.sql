-- What the newest attempts of each pipeline that were not first or failed say of themselves: whether they carry an operation's
-- id, and whether a retry budget has ended them. The spans are found by when they began.
WITH newest AS (
  SELECT pipeline, trace_hi, trace_lo, span_id, start_ns, number
  FROM attempts
  WHERE start_ns >= $from::BIGINT AND (number > 1 OR outcome = 'failed')
  QUALIFY row_number() OVER (PARTITION BY pipeline ORDER BY start_ns DESC, span_id) <= $attempts::BIGINT
)
SELECT n.pipeline, count(*) FILTER (n.number > 1) AS retries,
  count(*) FILTER (n.number > 1 AND contains(s.attrs, '"pipeline.operation.id"')) AS named,
  count(*) FILTER (json_extract_string(s.attrs, '/pipeline.attempt.gave_up') = 'budget') AS refused
FROM newest AS n
JOIN spans AS s
  ON s.start_ns = n.start_ns AND s.span_id = n.span_id AND s.trace_lo = n.trace_lo AND s.trace_hi = n.trace_hi
WHERE s.start_ns >= $from::BIGINT
GROUP BY n.pipeline
ORDER BY n.pipeline
LIMIT 1000
