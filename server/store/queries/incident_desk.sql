-- Incidents that are open, that may open again, or that alerts still belong to.
SELECT * FROM incidents
WHERE state <> 'closed' OR closed_ns >= $since::BIGINT OR incident_id IN (
  SELECT incident_id FROM alerts WHERE state <> 'resolved' AND incident_id IS NOT NULL
)
ORDER BY opened_ns DESC, incident_id
LIMIT 20000
