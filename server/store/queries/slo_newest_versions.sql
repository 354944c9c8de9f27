-- The newest definition of each SLO that there ever was.
SELECT slo, max(version) AS version, arg_max(struct_pack(text := definition), version).text AS definition,
  arg_max(from_ns, version) AS from_ns
FROM slo_versions
GROUP BY slo
