-- The time that a run or batch is of, as its own span says it: how an expected occurrence finds its runs whatever they are
-- called and whenever they began. Spans that came before have none: theirs are found by name or start.
ALTER TABLE activities ADD COLUMN nominal_time VARCHAR;
