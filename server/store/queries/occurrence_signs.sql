-- What telemetry told of a pipeline's runs, and when it came to be known: when it arrived. What had ended before anything
-- of the pipeline was received was brought over later: when it happened stands for when it would have been known.
WITH heard AS (
  SELECT min(received_ns) AS first_ns FROM activities WHERE pipeline = $pipeline::VARCHAR
),
signs AS (
  SELECT a.run_id, a.is_run, a.event, a.outcome, a.failed, a.end_ns,
    CASE WHEN a.end_ns < h.first_ns THEN a.end_ns ELSE a.received_ns END AS known_ns
  FROM activities AS a, heard AS h
  WHERE a.pipeline = $pipeline::VARCHAR AND a.start_ns >= $from::BIGINT
),
ordered AS (
  SELECT *,
    lag(known_ns) OVER own AS before_ns,
    lead(known_ns) OVER own AS after_ns
  FROM signs
  WINDOW own AS (PARTITION BY run_id ORDER BY known_ns)
)
SELECT run_id,
  min(known_ns) AS seen_ns,
  min(known_ns) FILTER (event IS NOT NULL) AS announced_ns,
  -- JSON, times as text: beginnings and ends of the stretches in which it gave signs of life.
  to_json(list(known_ns::VARCHAR ORDER BY known_ns)
    FILTER (before_ns IS NULL OR known_ns - before_ns > $silence::BIGINT))::VARCHAR AS beginnings,
  to_json(list(known_ns::VARCHAR ORDER BY known_ns)
    FILTER (after_ns IS NULL OR after_ns - known_ns > $silence::BIGINT))::VARCHAR AS endings,
  to_json(list({'known': known_ns::VARCHAR, 'end': end_ns::VARCHAR, 'outcome': outcome, 'failed': failed}
    ORDER BY known_ns) FILTER (is_run))::VARCHAR AS ends
FROM ordered
GROUP BY run_id
