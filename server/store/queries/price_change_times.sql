-- When a price that is held to be true begins or ends to be valid, after `after` and before `before`, soonest first.
SELECT ns
FROM (
  SELECT valid_from_ns AS ns FROM price_ledger WHERE known_until_ns IS NULL
  UNION
  SELECT valid_to_ns FROM price_ledger WHERE known_until_ns IS NULL
)
WHERE ns > $after::BIGINT AND ns < $before::BIGINT
ORDER BY ns
LIMIT $limit::BIGINT
