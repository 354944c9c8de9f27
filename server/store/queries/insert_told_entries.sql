-- What is left of messages that are about to be forgotten: one line a destination and outcome in the timeline of their incident.
INSERT INTO incident_entries (incident_id, entry_id, at_ns, kind, actor, text, details)
SELECT
  incident_id,
  incident_id || '-told-' || md5(destination || state || max(created_ns)),
  max(coalesce(settled_ns, created_ns)),
  'notified',
  'notifier',
  count(*) || CASE count(*) WHEN 1 THEN ' message to ' ELSE ' messages to ' END || destination
    || CASE state
      WHEN 'delivered' THEN ' delivered'
      WHEN 'superseded' THEN ' replaced by newer ones'
      ELSE ' never delivered'
    END,
  json_object('says', 'told', 'values', json_object('n', count(*)::VARCHAR, 'destination', destination, 'state', state))::VARCHAR
FROM outbox
WHERE state <> 'pending' AND coalesce(settled_ns, created_ns) < $before::BIGINT AND incident_id IS NOT NULL
GROUP BY incident_id, destination, state
