-- Pipelines and how many runs and batches each ever had.
SELECT pipeline, count(DISTINCT run_id) AS runs, any_value(team) AS team
FROM activities
GROUP BY pipeline
ORDER BY pipeline
LIMIT 1000
