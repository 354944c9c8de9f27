-- How the messages of each destination stand.
SELECT
  destination,
  count(*) FILTER (state IN ('pending', 'disabled')) AS pending,
  count(*) FILTER (state = 'dead') AS dead,
  max(settled_ns) FILTER (state = 'delivered') AS delivered_ns
FROM outbox
GROUP BY destination
