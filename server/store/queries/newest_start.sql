-- The latest start of any attempt or line that is stored.
SELECT greatest(
  (SELECT coalesce(max(start_ns), 0) FROM attempts),
  (SELECT coalesce(max(start_ns), 0) FROM bill_lines)
) AS start_ns
