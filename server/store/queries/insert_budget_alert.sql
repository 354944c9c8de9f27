-- Once: a condition that stands already in this period and version is not raised again.
INSERT INTO budget_alerts
SELECT $alertId::VARCHAR, $name::VARCHAR, $budget::VARCHAR, $version::INTEGER, $periodStart::BIGINT, $kind::VARCHAR,
  $percent::INTEGER, $severity::VARCHAR, $owner::VARCHAR, $runbook::VARCHAR, $summary::VARCHAR, $details::VARCHAR,
  $at::BIGINT, NULL, NULL
WHERE NOT EXISTS (
  SELECT 1 FROM budget_alerts
  WHERE budget_id = $budget::VARCHAR AND kind = $kind::VARCHAR AND percent IS NOT DISTINCT FROM $percent::INTEGER
    AND period_start_ns = $periodStart::BIGINT AND (resolved_ns IS NULL OR version = $version::INTEGER)
)

