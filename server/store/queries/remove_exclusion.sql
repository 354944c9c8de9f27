UPDATE slo_exclusions
SET removed_ns = $removed::BIGINT, removed_by = $by::VARCHAR, removed_reason = $reason::VARCHAR
WHERE exclusion_id = $id
