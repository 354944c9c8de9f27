-- Of all rows, to hold against what memory has; `rows` without those that nothing is counted in.
SELECT count(*) AS rows, coalesce(sum(lines), 0)::HUGEINT, coalesce(sum(unpriced), 0)::HUGEINT,
  coalesce(sum(tokens), 0)::HUGEINT, coalesce(sum(cost_nano), 0)::HUGEINT, coalesce(sum(waste_nano), 0)::HUGEINT,
  coalesce(sum(failure_nano), 0)::HUGEINT
FROM cost_quarters
