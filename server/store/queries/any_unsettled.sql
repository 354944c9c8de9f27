-- Whether anything of batches is not settled in this snapshot.
SELECT EXISTS (SELECT 1 FROM unsettled)
