-- The counted lines below spans, at any depth, with the batch that they belong to.
WITH RECURSIVE wanted AS (
  SELECT unnest($his::UBIGINT[]) AS hi, unnest($los::UBIGINT[]) AS lo, unnest($spanIds::UBIGINT[]) AS span_id
),
bounds AS (
  SELECT min(t.first_ns) AS first_ns, max(t.last_ns) AS last_ns
  FROM traces AS t
  SEMI JOIN wanted AS w ON t.trace_lo = w.lo AND t.trace_hi = w.hi
),
family AS MATERIALIZED (
  SELECT s.trace_hi, s.trace_lo, s.span_id, s.parent_id
  FROM spans AS s
  SEMI JOIN wanted AS w ON s.trace_lo = w.lo AND s.trace_hi = w.hi
  WHERE s.start_ns >= (SELECT first_ns FROM bounds) AND s.start_ns <= (SELECT last_ns FROM bounds)
),
below AS (
  SELECT f.trace_hi, f.trace_lo, w.span_id AS top_id, f.span_id
  FROM family AS f
  JOIN wanted AS w ON w.lo = f.trace_lo AND w.hi = f.trace_hi AND w.span_id = f.parent_id
  UNION
  SELECT f.trace_hi, f.trace_lo, b.top_id, f.span_id
  FROM below AS b
  JOIN family AS f ON f.trace_lo = b.trace_lo AND f.trace_hi = b.trace_hi AND f.parent_id = b.span_id
)
SELECT d.top_id, l.pipeline, coalesce(l.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, l.run_id) AS batch_id,
  l.trace_hi, l.trace_lo, l.span_id, l.start_ns, coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0) AS tokens,
  l.cost_nano
FROM below AS d
JOIN bill_lines AS l
  ON l.trace_lo = d.trace_lo AND l.trace_hi = d.trace_hi AND l.span_id = d.span_id AND l.kind = 'model'
LEFT JOIN run_batches AS b ON b.pipeline = l.pipeline AND b.run_id = l.run_id
WHERE l.excluded IS NULL
  AND l.start_ns >= (SELECT first_ns FROM bounds) AND l.start_ns <= (SELECT last_ns FROM bounds)
ORDER BY l.start_ns
