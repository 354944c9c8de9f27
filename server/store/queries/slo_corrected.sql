-- What is known now of stretches that were judged at `ats`, and why it changed after.
WITH asked AS (
  SELECT unnest($numbers::BIGINT[]) AS number, unnest($indicators::VARCHAR[]) AS indicator,
    unnest($froms::BIGINT[]) AS from_ns, unnest($tos::BIGINT[]) AS to_ns, unnest($ats::BIGINT[]) AS at_ns
)
SELECT a.number, sum(m.good)::BIGINT AS good, sum(m.total)::BIGINT AS total,
  list(DISTINCT m.cause) FILTER (m.known_ns > a.at_ns) AS causes
FROM asked AS a
JOIN sli_minutes AS m ON m.indicator = a.indicator AND m.minute_ns >= a.from_ns AND m.minute_ns < a.to_ns
GROUP BY a.number
