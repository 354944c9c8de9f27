-- Whether anything is stale, or was when it was looked at last.
SELECT EXISTS (SELECT 1 FROM unsettled) OR EXISTS (SELECT 1 FROM stale_places) AS stale
