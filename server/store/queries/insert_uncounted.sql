-- Minutes that are still open stay noted, once each.
INSERT INTO uncounted
SELECT $seen::BIGINT, unnest($pipelines::VARCHAR[]), unnest($minutes::BIGINT[]), NULL, NULL
