-- What restated lines cost more or, below 0, less: by quarter of an hour, origin, and the reservation that they name.
SELECT
  start_ns - ((start_ns % 900000000000) + 900000000000) % 900000000000 AS bucket_ns,
  pipeline, CASE kind WHEN 'model' THEN provider END AS provider, CASE kind WHEN 'model' THEN model END AS model,
  team, environment, tags, reservation_id, sum(coalesce(new_cost, 0) - coalesce(old_cost, 0))::BIGINT AS nano
FROM restated
WHERE excluded IS NULL
GROUP BY ALL
HAVING sum(coalesce(new_cost, 0) - coalesce(old_cost, 0)) <> 0
