-- Where the chunks of an undo begin: every so many lines, in the order of time.
WITH numbered AS (
  SELECT start_ns, row_number() OVER (ORDER BY start_ns) - 1 AS place, count(*) OVER () AS total
  FROM restated_lines
  WHERE restatement = $restatement::INTEGER AND start_ns >= $from::BIGINT
)
SELECT DISTINCT start_ns, total
FROM numbered
WHERE place % $chunk::BIGINT = 0
ORDER BY start_ns
