-- What is known by now of the places that are not settled, or not as they stand; see `settled_places`.
SELECT place, batch_id, batch_key, repeated, start_ns, rows_in, rows_out FROM stale_place_facts
