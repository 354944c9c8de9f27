-- Merges the additive rows; run inside a transaction of the writer.
CREATE OR REPLACE TEMP TABLE merged_rollup AS
SELECT bucket_ns, kind, pipeline, run_id, batch, step, model, team,
  sum(lines)::BIGINT AS lines, sum(excluded)::BIGINT AS excluded, sum(unpriced)::BIGINT AS unpriced, sum(tokens)::BIGINT AS tokens,
  sum(cost_nano)::BIGINT AS cost_nano, sum(waste_nano)::BIGINT AS waste_nano, sum(failure_nano)::BIGINT AS failure_nano,
  provider, tags, environment, attempt, in_attempt
FROM cost_rollup
GROUP BY ALL
HAVING sum(lines) <> 0 OR sum(excluded) <> 0 OR sum(cost_nano) <> 0 OR sum(unpriced) <> 0
ORDER BY bucket_ns, pipeline, run_id;
DELETE FROM cost_rollup;
INSERT INTO cost_rollup SELECT * FROM merged_rollup;
DROP TABLE merged_rollup;
CREATE OR REPLACE TEMP TABLE merged_wins AS
SELECT bucket_ns, pipeline, run_id, step, sum(wins)::BIGINT AS wins
FROM first_wins
GROUP BY ALL
HAVING sum(wins) <> 0
ORDER BY bucket_ns, pipeline, run_id;
DELETE FROM first_wins;
INSERT INTO first_wins SELECT * FROM merged_wins;
DROP TABLE merged_wins;
