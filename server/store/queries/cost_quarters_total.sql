-- How much there is for memory to take over, and the sums of all rows, to hold against what memory has.
SELECT (SELECT count(*) FROM cost_origins) AS origins, (SELECT count(*) FROM cost_places) AS places, count(*) AS rows,
  coalesce(sum(lines), 0)::HUGEINT, coalesce(sum(unpriced), 0)::HUGEINT, coalesce(sum(tokens), 0)::HUGEINT,
  coalesce(sum(cost_nano), 0)::HUGEINT, coalesce(sum(waste_nano), 0)::HUGEINT, coalesce(sum(failure_nano), 0)::HUGEINT
FROM cost_quarters
