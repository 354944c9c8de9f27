-- Attempts whose lines are to be copied anew; `gone`: or no longer.
CREATE OR REPLACE TEMP TABLE settling_attempts AS
WITH noted AS (
  SELECT attempt_key, min(start_ns) AS first_ns, max(start_ns) AS last_ns FROM unsettled_tries GROUP BY attempt_key
),
copied AS (
  SELECT s.attempt_key, s.start_ns, s.end_ns, s.operation_key IN (SELECT operation_key FROM settling_operations) AS left_behind
  FROM settled_tries AS s
),
keys AS (
  SELECT attempt_key, start_ns AS first_ns, end_ns AS last_ns, false AS gone FROM settling_tries
  UNION ALL
  SELECT attempt_key, start_ns, end_ns, true FROM copied WHERE left_behind
  UNION ALL
  SELECT n.attempt_key, least(n.first_ns, coalesce(c.start_ns, n.first_ns)), greatest(n.last_ns, coalesce(c.end_ns, n.last_ns)),
    coalesce(c.left_behind, true)
  FROM noted AS n
  LEFT JOIN copied AS c ON c.attempt_key = n.attempt_key
  UNION ALL
  SELECT l.attempt_key, l.start_ns, l.start_ns, true
  FROM settled_try_lines AS l
  SEMI JOIN noted AS n ON n.attempt_key = l.attempt_key
)
SELECT attempt_key, min(first_ns) AS first_ns, max(last_ns) AS last_ns, bool_and(gone) AS gone FROM keys GROUP BY attempt_key
