-- What `settle_batches.sql` worked with.
DROP TABLE settling_keys;
DROP TABLE settling_places;
DROP TABLE settling_batches;
DROP TABLE settling_repeats;
