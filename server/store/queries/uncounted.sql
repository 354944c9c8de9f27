-- What commits touched since it was last counted, each once; `seen` is the newest commit among all of it.
SELECT max(max(seq)) OVER () AS seen, sum(count(*)) OVER ()::BIGINT AS noted, pipeline, minute_ns, operation_key, run_id
FROM uncounted
GROUP BY pipeline, minute_ns, operation_key, run_id
