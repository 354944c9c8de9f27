-- How a run ended, from its run spans: what the last of them to tell says, else whether one failed. An aggregate.
CREATE MACRO run_outcome(outcome, failed, end_ns) AS
  coalesce(
    arg_max(outcome, end_ns) FILTER (outcome IS NOT NULL),
    CASE WHEN bool_or(failed) THEN 'failed' ELSE 'succeeded' END
  );
