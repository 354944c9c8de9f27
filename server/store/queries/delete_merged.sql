-- Merged rows cannot give a part back: those of the named runs go, and come anew from the activities.
DELETE FROM run_summary
WHERE span_id = 0 AND (pipeline, run_id) IN (SELECT unnest($pipelines::VARCHAR[]), unnest($runIds::VARCHAR[]))
