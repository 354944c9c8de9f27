-- How each SLO stood last.
SELECT slo, max(at_ns) AS at_ns, arg_max(facts, at_ns) AS facts
FROM slo_snapshots
WHERE at_ns >= $since::BIGINT
GROUP BY slo
