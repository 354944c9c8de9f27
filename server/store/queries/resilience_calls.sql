-- Model calls that began since a time, by pipeline: how many, without a price, and paid from a reservation.
SELECT pipeline, count(*) AS calls, count(*) FILTER (cost_nano IS NULL) AS unpriced, count(reservation_id) AS reserved
FROM bill_lines
WHERE kind = 'model' AND excluded IS NULL AND start_ns >= $from::BIGINT
GROUP BY pipeline
ORDER BY pipeline
LIMIT 1000
