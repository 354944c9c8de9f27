SELECT provider, model, kind, count(*) AS calls
FROM settled_lines
WHERE pipeline = $pipeline::VARCHAR AND NOT shared AND batch_id = $batch::VARCHAR AND excluded IS NULL AND cost_nano IS NULL
GROUP BY ALL
ORDER BY calls DESC, provider, model
LIMIT 50
