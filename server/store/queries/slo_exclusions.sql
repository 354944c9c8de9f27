SELECT * FROM slo_exclusions ORDER BY created_ns DESC, exclusion_id
