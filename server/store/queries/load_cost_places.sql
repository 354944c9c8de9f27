-- In the order in which `load_cost_quarters.sql` numbers them.
SELECT place, run_id, batch FROM cost_places ORDER BY place
