-- Later restatements that stand and that changed a line of this one: they must be undone first.
SELECT DISTINCT n.restatement
FROM restated_lines AS n
SEMI JOIN restated_lines AS o
  ON o.restatement = $restatement::INTEGER
  AND o.span_id = n.span_id AND o.trace_lo = n.trace_lo AND o.trace_hi = n.trace_hi AND o.kind = n.kind
WHERE n.restatement IN (
  SELECT restatement FROM restatements WHERE restatement > $restatement::INTEGER AND state <> 'undone'
)
ORDER BY 1
