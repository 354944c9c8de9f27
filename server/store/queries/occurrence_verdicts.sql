-- The first and the latest verdict on each expected occurrence since a nominal time.
SELECT pipeline, nominal_ns,
  arg_min(verdict, decided_ns) AS first_verdict, min(decided_ns) AS first_ns,
  arg_max(verdict, decided_ns) AS last_verdict, max(decided_ns) AS last_ns
FROM occurrence_verdicts
WHERE nominal_ns >= $from::BIGINT
GROUP BY pipeline, nominal_ns
