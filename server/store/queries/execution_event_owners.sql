-- Which of these events are known, and of which execution they are.
SELECT event_id, execution_id FROM execution_events
WHERE event_id IN (SELECT unnest($ids::VARCHAR[]))
