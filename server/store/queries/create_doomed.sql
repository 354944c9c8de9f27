CREATE TEMP TABLE doomed (kind VARCHAR, trace_hi UBIGINT, trace_lo UBIGINT, span_id UBIGINT)
