-- Models with counted calls since a time.
SELECT provider, model
FROM cost_rollup
WHERE kind = 'model' AND model IS NOT NULL AND bucket_ns >= $since::BIGINT
GROUP BY provider, model
HAVING sum(lines) > 0
