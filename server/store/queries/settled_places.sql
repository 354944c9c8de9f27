SELECT place, batch_id, batch_key, repeated, start_ns, rows_in, rows_out FROM settled_places
