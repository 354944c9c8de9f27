-- Run in the transaction of the question.
INSERT INTO stale_places SELECT * FROM stale_place_facts
