-- Verdicts that were reached; `rows` is a JSON list.
INSERT INTO occurrence_verdicts
  (pipeline, nominal_ns, due_ns, verdict, decided_ns, landed_ns, batch, run_id, rows_out, cost_nano, cause)
SELECT
  r.pipeline, r.nominalNs, r.dueNs, r.verdict, r.decidedNs, r.landedNs, r.batch, r.runId, r.rows, r.costNano, r.cause
FROM (
  SELECT unnest(from_json($rows::JSON, '[{
    "pipeline":"VARCHAR", "nominalNs":"BIGINT", "dueNs":"BIGINT", "verdict":"VARCHAR", "decidedNs":"BIGINT",
    "landedNs":"BIGINT", "batch":"VARCHAR", "runId":"VARCHAR", "rows":"BIGINT", "costNano":"BIGINT", "cause":"VARCHAR"
  }]')) AS r
)
