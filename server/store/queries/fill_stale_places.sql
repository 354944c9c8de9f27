-- Run in the transaction of the question.
DELETE FROM stale_places;
INSERT INTO stale_places SELECT * FROM stale_place_facts
