-- What prices are looked up for: the distinct calls of a stretch of time, by half hour.
SELECT DISTINCT provider, model, request_model, tier, start_ns // 1800000000000 AS grain
FROM bill_lines
WHERE kind = 'model'
  AND start_ns >= $from::BIGINT
  AND start_ns < $to::BIGINT
  AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
