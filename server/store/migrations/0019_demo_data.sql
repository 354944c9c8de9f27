-- A row: what is stored is demo data, and has been from its first span on. Faults are only ever made in such a database.
CREATE TABLE demo_data (at_ns BIGINT NOT NULL);
