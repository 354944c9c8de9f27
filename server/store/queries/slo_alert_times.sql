-- When alerts of an SLO changed.
SELECT c.at_ns, c.state, c.summary
FROM alert_changes AS c
JOIN alerts AS a ON a.alert_id = c.alert_id
WHERE json_extract_string(a.subject, '$.slo') = $name::VARCHAR AND c.at_ns >= $from::BIGINT AND c.at_ns < $to::BIGINT
ORDER BY c.at_ns
LIMIT $limit::BIGINT
