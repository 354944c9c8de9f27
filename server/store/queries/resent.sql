-- Spans that came again with the id of a stored one; by the hour of their arrival, so that both ends are whole hours.
SELECT coalesce(sum(spans), 0)::BIGINT AS spans
FROM resent_spans
WHERE hour_ns > $from::BIGINT - 3600000000000 AND hour_ns < $to::BIGINT
