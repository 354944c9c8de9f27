-- Quality checks that were made since a time, by pipeline.
SELECT pipeline, count(*) AS checks, count(DISTINCT check_name) AS names
FROM data_notes
WHERE outcome IS NOT NULL AND start_ns >= $from::BIGINT
GROUP BY pipeline
ORDER BY pipeline
LIMIT 1000
