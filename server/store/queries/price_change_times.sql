-- When a price that is held to be true begins or ends to be valid, after `after` and before `before`, and of which tiers;
-- soonest first.
SELECT ns, tier
FROM (
  SELECT valid_from_ns AS ns, tier FROM price_ledger WHERE known_until_ns IS NULL
  UNION
  SELECT valid_to_ns, tier FROM price_ledger WHERE known_until_ns IS NULL
)
WHERE ns > $after::BIGINT AND ns < $before::BIGINT
ORDER BY ns, tier
LIMIT $limit::BIGINT
