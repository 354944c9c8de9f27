-- Models with counted calls since a time.
SELECT o.provider, o.model
FROM (
  SELECT origin, sum(lines) AS lines FROM cost_quarters WHERE bucket_ns >= $since::BIGINT GROUP BY origin
) AS q
JOIN cost_origins AS o ON o.origin = q.origin
WHERE o.kind = 'model' AND o.model IS NOT NULL
GROUP BY o.provider, o.model
HAVING sum(q.lines) > 0
