-- Operations whose copies are to be made anew, with when their spans start.
CREATE OR REPLACE TEMP TABLE settling_operations AS
WITH noted AS (
  SELECT operation_key, min(first_ns) AS first_ns, max(last_ns) AS last_ns FROM unsettled_operations GROUP BY operation_key
)
SELECT n.operation_key, min(least(n.first_ns, coalesce(s.start_ns, n.first_ns))) AS first_ns,
  max(greatest(n.last_ns, coalesce(s.start_ns, n.last_ns))) AS last_ns
FROM noted AS n
LEFT JOIN settled_tries AS s ON s.operation_key = n.operation_key
GROUP BY n.operation_key
