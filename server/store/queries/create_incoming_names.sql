-- What a commit names, until it is known whether it is stored already.
CREATE TEMP TABLE incoming_origins AS SELECT * FROM cost_origins LIMIT 0;
CREATE TEMP TABLE incoming_places AS SELECT * FROM cost_places LIMIT 0
