-- What of the settled places holds no more, as it stands in this snapshot; each connection that asks has its own.
CREATE TEMP TABLE stale_places AS SELECT * FROM settled_places LIMIT 0
