-- Stores the incoming origins and places that are not there; run inside the transaction of a commit.
INSERT INTO cost_origins SELECT i.* FROM incoming_origins AS i ANTI JOIN cost_origins AS o ON o.origin = i.origin;
INSERT INTO cost_places SELECT i.* FROM incoming_places AS i ANTI JOIN cost_places AS p ON p.place = i.place;
DELETE FROM incoming_origins;
DELETE FROM incoming_places
