-- Names and beginnings of periods of the calendar, in order of the quarters of an hour in [from, to): a row for as many
-- quarters, one after the other, as have the same ones. The clock is put on by `shift` microseconds for the names.
WITH quarters AS (
  SELECT ns,
    period_name($unit::VARCHAR, ns, $tz::VARCHAR, to_microseconds($shift::BIGINT)) AS name,
    period_start($unit::VARCHAR, ns, $tz::VARCHAR) AS start_ns
  FROM (SELECT unnest(range($from::BIGINT, $to::BIGINT, 900000000000)) AS ns)
),
changes AS (
  SELECT *, (name, start_ns) IS DISTINCT FROM lag((name, start_ns)) OVER (ORDER BY ns) AS is_new FROM quarters
),
runs AS (
  SELECT *, sum(is_new::BIGINT) OVER (ORDER BY ns) AS run FROM changes
)
SELECT any_value(name), any_value(start_ns), count(*)
FROM runs
GROUP BY run
ORDER BY run
