-- Verdicts on occurrences that nobody watches any more.
DELETE FROM occurrence_verdicts WHERE nominal_ns < $before::BIGINT
