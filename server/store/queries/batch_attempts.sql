-- The attempts of a batch with the cost of the lines under each, nested attempts included.
WITH RECURSIVE ours AS (
  SELECT * FROM attempts
  WHERE pipeline = $pipeline::VARCHAR
    AND run_id IN (SELECT unnest($runIds::VARCHAR[]))
    AND (batch IS NULL OR batch = $batch::VARCHAR)
),
own AS (
  SELECT attempt_key, sum(cost_nano) FILTER (excluded IS NULL) AS cost
  FROM bill_lines
  WHERE pipeline = $pipeline::VARCHAR AND attempt_key IS NOT NULL
    AND run_id IN (SELECT unnest($runIds::VARCHAR[]))
  GROUP BY attempt_key
),
upward AS (
  SELECT attempt_key, cost, attempt_key AS reached FROM own
  UNION ALL
  SELECT u.attempt_key, u.cost, o.outer_attempt_key AS reached
  FROM upward AS u
  JOIN ours AS o ON o.attempt_key = u.reached
  WHERE o.outer_attempt_key IS NOT NULL
),
money AS (
  SELECT reached AS attempt_key, sum(cost) AS cost FROM upward GROUP BY reached
)
SELECT o.trace_hi, o.trace_lo, o.span_id, o.start_ns, o.end_ns, o.name, o.run_id, o.step, o.operation_key, o.number,
  o.outcome, o.error_class, o.backoff_ms, m.cost, coalesce(l.waste, false) AS waste,
  max(coalesce(m.cost, 0)) OVER (PARTITION BY o.operation_key) AS operation_cost,
  count(*) OVER (PARTITION BY o.operation_key) AS tries,
  count(*) OVER () AS matching
FROM ours AS o
LEFT JOIN money AS m ON m.attempt_key = o.attempt_key
LEFT JOIN losing_attempts AS l ON l.attempt_key = o.attempt_key
ORDER BY tries > 1 DESC, operation_cost DESC, o.operation_key, o.number, o.start_ns
LIMIT 500
