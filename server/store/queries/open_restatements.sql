-- Restatements that are not at their end: under way, or interrupted.
SELECT restatement FROM restatements WHERE state IN ('applying', 'undoing') ORDER BY restatement
