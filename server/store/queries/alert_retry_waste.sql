-- Pipelines of whose spend in the range more than a share was retry waste.
SELECT pipeline, sum(waste_nano)::BIGINT AS waste, sum(cost_nano)::BIGINT AS spent
FROM cost_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
GROUP BY pipeline
HAVING sum(waste_nano) > 0 AND sum(waste_nano) > $shareMax::DOUBLE * sum(cost_nano)
ORDER BY pipeline
LIMIT 1000
