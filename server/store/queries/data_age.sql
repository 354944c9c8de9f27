-- The newest successful end of a pipeline's run (see sli_successes), or of the work that wrote a dataset, of that pipeline
-- where one is named. NULL: there is none.
SELECT CASE
    WHEN $dataset::VARCHAR IS NULL THEN (
      SELECT max(end_ns)
      FROM (
        SELECT max(end_ns) AS end_ns
        FROM activities
        WHERE is_run AND pipeline = $pipeline::VARCHAR
        GROUP BY run_id
        HAVING run_outcome(outcome, failed, end_ns) = 'succeeded'
      )
    )
    ELSE (
      SELECT max(end_ns)
      FROM data_notes
      WHERE dataset = $dataset::VARCHAR AND succeeded
        AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
    )
  END AS end_ns
