-- Where the chunks begin: every so many lines, in the order of time.
WITH numbered AS (
  SELECT start_ns, row_number() OVER (ORDER BY start_ns) - 1 AS place, count(*) OVER () AS total
  FROM bill_lines
  WHERE start_ns >= $from::BIGINT
    AND start_ns < $to::BIGINT
    AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
    AND ($kind::VARCHAR = 'all' OR kind = $kind::VARCHAR)
)
SELECT DISTINCT start_ns, total
FROM numbered
WHERE place % $chunk::BIGINT = 0
ORDER BY start_ns
