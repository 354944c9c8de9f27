DELETE FROM silences WHERE silence_id IN (SELECT unnest($ids::VARCHAR[]))
