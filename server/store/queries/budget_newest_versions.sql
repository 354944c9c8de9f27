-- The newest definition of each budget that there ever was.
SELECT budget_id, max(version) AS version, arg_max(struct_pack(text := definition), version).text AS definition,
  min(from_ns) AS since_ns
FROM budget_versions
GROUP BY budget_id
ORDER BY budget_id
