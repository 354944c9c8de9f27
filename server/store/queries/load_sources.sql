SELECT source_id, service, resource, scope FROM sources ORDER BY source_id
