-- What `settle_batches.sql` has settled in this transaction.
SELECT place, batch_id, batch_key, repeated, start_ns, rows_in, rows_out FROM settled_places
SEMI JOIN settling_places USING (place)
