-- Unit prices that were held to be true at one moment and are valid at another; NULL: whatever.
SELECT *, count(*) OVER () AS matching
FROM price_ledger
WHERE known_at_ns <= $knownAt::BIGINT
  AND (known_until_ns IS NULL OR known_until_ns > $knownAt::BIGINT)
  AND ($at::BIGINT IS NULL OR ((valid_from_ns IS NULL OR valid_from_ns <= $at::BIGINT) AND (valid_to_ns IS NULL OR valid_to_ns > $at::BIGINT)))
  AND ($provider::VARCHAR IS NULL OR lower(provider) IN (lower($provider::VARCHAR), $foundProvider::VARCHAR, ''))
  AND (
    $model::VARCHAR IS NULL
    OR model IN ($model::VARCHAR, $foundModel::VARCHAR, '')
    OR (suffix(model, '*') AND starts_with($model::VARCHAR, left(model, -1)))
  )
  AND ($tier::VARCHAR IS NULL OR tier = $tier::VARCHAR)
ORDER BY provider, model, tier, valid_from_ns NULLS FIRST, unit, above_tokens, daily_from NULLS FIRST, origin, known_at_ns
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
