-- Silences as they are now; `rows` is a JSON list.
INSERT INTO silences
  (silence_id, matchers, from_ns, to_ns, actor, reason, created_ns, removed_ns, removed_by)
SELECT
  r.silenceId, r.matchers, r.fromNs, r.toNs, r.actor, r.reason, r.createdNs, r.removedNs, r.removedBy
FROM (
  SELECT unnest(from_json($rows::JSON, '[{
    "silenceId":"VARCHAR", "matchers":"VARCHAR", "fromNs":"BIGINT", "toNs":"BIGINT", "actor":"VARCHAR",
    "reason":"VARCHAR", "createdNs":"BIGINT", "removedNs":"BIGINT", "removedBy":"VARCHAR"
  }]')) AS r
)
