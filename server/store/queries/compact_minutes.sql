-- Merges the additive minute rows, histograms included; run inside a transaction of the writer.
CREATE OR REPLACE TEMP TABLE merged_minutes AS
WITH sums AS (
  SELECT minute_ns, service, name,
    sum(spans)::BIGINT AS spans, sum(errors)::BIGINT AS errors, sum(duration_ns)::BIGINT AS duration_ns
  FROM span_minutes
  GROUP BY ALL
),
pairs AS (
  SELECT minute_ns, service, name, unnest(string_split(buckets, ' ')) AS pair FROM span_minutes
),
counts AS (
  SELECT minute_ns, service, name, split_part(pair, ':', 1)::INTEGER AS bucket, sum(split_part(pair, ':', 2)::BIGINT) AS spans
  FROM pairs
  GROUP BY ALL
),
histograms AS (
  SELECT minute_ns, service, name, string_agg(bucket || ':' || spans, ' ' ORDER BY bucket) AS buckets
  FROM counts
  GROUP BY ALL
)
SELECT minute_ns, service, name, spans, errors, duration_ns, buckets
FROM sums
JOIN histograms USING (minute_ns, service, name)
ORDER BY minute_ns, service, name;
DELETE FROM span_minutes;
INSERT INTO span_minutes SELECT * FROM merged_minutes;
DROP TABLE merged_minutes;
