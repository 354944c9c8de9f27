-- Merges the additive rows; run inside a transaction of the writer.
CREATE OR REPLACE TEMP TABLE merged_quarters AS
SELECT bucket_ns, origin, place,
  sum(lines)::BIGINT AS lines, sum(excluded)::BIGINT AS excluded, sum(unpriced)::BIGINT AS unpriced, sum(tokens)::BIGINT AS tokens,
  sum(cost_nano)::BIGINT AS cost_nano, sum(waste_nano)::BIGINT AS waste_nano, sum(failure_nano)::BIGINT AS failure_nano
FROM cost_quarters
GROUP BY bucket_ns, origin, place
HAVING sum(lines) <> 0 OR sum(excluded) <> 0 OR sum(cost_nano) <> 0 OR sum(unpriced) <> 0
ORDER BY bucket_ns, place, origin;
DELETE FROM cost_quarters;
INSERT INTO cost_quarters SELECT * FROM merged_quarters;
DROP TABLE merged_quarters;
-- What nothing is left of: spans that came before their parents began as runs of their own.
DELETE FROM cost_origins WHERE origin NOT IN (SELECT origin FROM cost_quarters);
DELETE FROM cost_places WHERE place NOT IN (SELECT place FROM cost_quarters);
DELETE FROM settled_places WHERE place NOT IN (SELECT place FROM cost_quarters);
CREATE OR REPLACE TEMP TABLE merged_wins AS
SELECT bucket_ns, pipeline, run_id, step, sum(wins)::BIGINT AS wins
FROM first_wins
GROUP BY ALL
HAVING sum(wins) <> 0
ORDER BY bucket_ns, pipeline, run_id;
DELETE FROM first_wins;
INSERT INTO first_wins SELECT * FROM merged_wins;
DROP TABLE merged_wins;
