-- In the order in which `load_cost_quarters.sql` numbers them.
SELECT origin, kind, pipeline, step, model, provider, team, environment, attempt, tags FROM cost_origins ORDER BY origin
