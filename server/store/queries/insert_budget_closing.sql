-- Once: what was known at the first closing stays.
INSERT INTO budget_closings
SELECT $budget::VARCHAR, $start::BIGINT, $end::BIGINT, $version::INTEGER, $spent::BIGINT, $unpriced::BIGINT, $at::BIGINT
WHERE NOT EXISTS (
  SELECT 1 FROM budget_closings
  WHERE budget_id = $budget::VARCHAR AND period_start_ns = $start::BIGINT AND period_end_ns = $end::BIGINT
)
