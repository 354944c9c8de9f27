-- How long the model calls that ended since a time took, each response once (as sli_calls counts them); NULL for any
-- pipeline, provider or model. A call is taken to last an hour at most.
WITH calls AS (
  SELECT trace_hi, trace_lo, span_id
  FROM bill_lines
  WHERE kind = 'model' AND excluded IS NULL AND start_ns >= $from::BIGINT - 3600000000000
    AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
    AND ($provider::VARCHAR IS NULL OR provider = $provider::VARCHAR)
    AND ($model::VARCHAR IS NULL OR model = $model::VARCHAR)
)
SELECT quantile_disc(s.duration_ns, $quantile::DOUBLE) AS duration_ns, max(s.start_ns + s.duration_ns) AS last_ns
FROM spans AS s
JOIN calls AS c ON c.span_id = s.span_id AND c.trace_lo = s.trace_lo AND c.trace_hi = s.trace_hi
WHERE s.start_ns >= $from::BIGINT - 3600000000000 AND s.start_ns + s.duration_ns >= $from::BIGINT
