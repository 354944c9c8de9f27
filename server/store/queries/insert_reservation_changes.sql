-- Changes of reservations, all that wait at once: a statement is a transaction.
INSERT INTO holds.reservation_changes
SELECT
  unnest($seqs), unnest($ids), unnest($states), unnest($ats), unnest($expires), unnest($settled), unnest($ended),
  unnest($actuals), unnest($unreconciled), unnest($created), unnest($amounts), unnest($keys), unnest($fingerprints),
  unnest($onlyBudgets), unnest($pipelines), unnest($batches), unnest($models), unnest($providers), unnest($teams),
  unnest($environments), unnest($tags), unnest($budgets)
