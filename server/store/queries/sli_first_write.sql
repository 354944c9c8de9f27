-- When a dataset was first written: before it there was nothing to be fresh.
SELECT min(end_ns) AS end_ns FROM data_notes WHERE dataset = $dataset::VARCHAR AND succeeded
