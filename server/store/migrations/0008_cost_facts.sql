-- What costs are asked from, once: queries name these instead of repeating them.

-- Sums of counted lines in [from_ns, to_ns). Whole quarters of an hour, [first_whole, end_whole), come from the rollup, the
-- edges from the lines: two ranges of constants, so that the scan skips whole row groups. Only lines tell environment and
-- attempt; with first_whole = end_whole = to_ns everything comes from them.
CREATE MACRO cost_facts(from_ns, first_whole, end_whole, to_ns) AS TABLE
WITH edges AS (
  SELECT * FROM bill_lines WHERE excluded IS NULL AND start_ns >= from_ns AND start_ns < first_whole
  UNION ALL
  SELECT * FROM bill_lines WHERE excluded IS NULL AND start_ns >= end_whole AND start_ns < to_ns
),
covered AS (
  SELECT bucket_ns AS start_ns, kind, pipeline, run_id, batch, step, model, team, provider, tags,
    NULL::VARCHAR AS environment, NULL::VARCHAR AS attempt,
    lines, unpriced, tokens, cost_nano, waste_nano, failure_nano
  FROM cost_rollup
  WHERE bucket_ns >= first_whole AND bucket_ns < end_whole
  UNION ALL
  SELECT l.start_ns, l.kind, l.pipeline, l.run_id, l.batch, l.step, l.model, l.team, l.provider, l.tags,
    l.environment, l.attempt::VARCHAR,
    1, (l.cost_nano IS NULL)::BIGINT, coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0), coalesce(l.cost_nano, 0),
    CASE WHEN a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END,
    CASE WHEN NOT a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END
  FROM edges AS l
  LEFT JOIN losing_attempts AS a USING (attempt_key)
)
SELECT c.* REPLACE (
    CASE c.kind WHEN 'compute' THEN 'compute' ELSE c.model END AS model,
    CASE c.kind WHEN 'compute' THEN 'compute' ELSE c.provider END AS provider,
    -- A step that a later run repeated is waste as a whole.
    CASE WHEN s.step IS NULL THEN c.waste_nano ELSE c.cost_nano END AS waste_nano,
    CASE WHEN s.step IS NULL THEN c.failure_nano ELSE 0 END AS failure_nano
  ),
  coalesce(c.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, c.run_id) AS batch_id,
  c.batch IS NULL AND coalesce(b.batches, 0) > 1 AS shared,
  s.step IS NOT NULL AS repeated
FROM covered AS c
LEFT JOIN repeated_steps AS s
  ON s.pipeline = c.pipeline AND s.run_id = c.run_id AND s.batch = c.batch AND s.step = c.step
LEFT JOIN run_batches AS b ON b.pipeline = c.pipeline AND b.run_id = c.run_id;

-- Whether a value is wanted: `keep` and `dropped` are regular expressions, '' for none. A missing value is the empty text.
CREATE MACRO cost_matches(value, keep, dropped) AS
  (keep = '' OR regexp_full_match(coalesce(value, ''), keep))
  AND (dropped = '' OR NOT regexp_full_match(coalesce(value, ''), dropped));

-- `patterns`: keep and dropped of each dimension in turn. `tag_pointers`: a JSON pointer for each pair of `tag_patterns`;
-- one empty text for none.
CREATE MACRO cost_selected(
  patterns, tag_pointers, tag_patterns,
  pipeline, run_id, batch_id, step, model, provider, team, environment, attempt, kind, tags
) AS
  cost_matches(pipeline, patterns[1], patterns[2])
  AND cost_matches(run_id, patterns[3], patterns[4])
  AND cost_matches(batch_id, patterns[5], patterns[6])
  AND cost_matches(step, patterns[7], patterns[8])
  AND cost_matches(model, patterns[9], patterns[10])
  AND cost_matches(provider, patterns[11], patterns[12])
  AND cost_matches(team, patterns[13], patterns[14])
  AND cost_matches(environment, patterns[15], patterns[16])
  AND cost_matches(attempt, patterns[17], patterns[18])
  AND cost_matches(kind, patterns[19], patterns[20])
  AND (tag_pointers[1] = '' OR list_bool_and(list_transform(
    range(1, len(tag_pointers) + 1),
    lambda i: cost_matches(json_extract_string(tags, tag_pointers[i]), tag_patterns[2 * i - 1], tag_patterns[2 * i])
  )));

-- A line's value in a dimension that is no time; `pointer` is that of the tag.
CREATE MACRO cost_key(
  dimension, pointer,
  pipeline, run_id, batch_id, step, model, provider, team, environment, attempt, kind, tags
) AS
  CASE dimension
    WHEN 'pipeline' THEN pipeline
    WHEN 'run' THEN run_id
    WHEN 'batch' THEN batch_id
    WHEN 'step' THEN step
    WHEN 'model' THEN model
    WHEN 'provider' THEN provider
    WHEN 'team' THEN team
    WHEN 'environment' THEN environment
    WHEN 'attempt' THEN attempt
    WHEN 'kind' THEN kind
    WHEN 'tag' THEN json_extract_string(tags, pointer)
  END;

-- The selected facts with their keys in two dimensions.
CREATE MACRO keyed_facts(
  from_ns, first_whole, end_whole, to_ns, patterns, tag_pointers, tag_patterns,
  first_dimension, first_pointer, second_dimension, second_pointer
) AS TABLE
SELECT
  cost_key(
    first_dimension, first_pointer,
    pipeline, run_id, batch_id, step, model, provider, team, environment, attempt, kind, tags
  ) AS key1,
  cost_key(
    second_dimension, second_pointer,
    pipeline, run_id, batch_id, step, model, provider, team, environment, attempt, kind, tags
  ) AS key2,
  start_ns, pipeline, batch_id, shared, kind, provider, model,
  lines, unpriced, tokens, cost_nano, waste_nano, failure_nano
FROM cost_facts(from_ns, first_whole, end_whole, to_ns)
WHERE cost_selected(
  patterns, tag_pointers, tag_patterns,
  pipeline, run_id, batch_id, step, model, provider, team, environment, attempt, kind, tags
);

-- Nanoseconds as a wall clock in a zone.
CREATE MACRO wall_time(ns, zone) AS timezone(zone, make_timestamp(ns // 1000) AT TIME ZONE 'UTC');

-- What a period of the calendar is called in which the wall clock, `shift` further on, shows this time. The hour that a
-- clock shows twice is one.
CREATE MACRO period_name(unit, ns, zone, shift) AS
  CASE unit
    WHEN 'hour' THEN strftime(wall_time(ns, zone) + shift, '%Y-%m-%dT%H:00')
    WHEN 'day' THEN strftime(wall_time(ns, zone) + shift, '%Y-%m-%d')
    WHEN 'week' THEN strftime(date_trunc('week', wall_time(ns, zone) + shift), '%Y-%m-%d')
    WHEN 'month' THEN strftime(wall_time(ns, zone) + shift, '%Y-%m')
  END;

-- When the period of the calendar begins that holds an instant, in nanoseconds.
CREATE MACRO period_start(unit, ns, zone) AS
  CASE unit
    -- By the difference: the clock shows an hour twice when it is set back.
    WHEN 'hour' THEN ns // 1000 * 1000
      - date_diff('microsecond', date_trunc('hour', wall_time(ns, zone)), wall_time(ns, zone)) * 1000
    ELSE epoch_ns(timezone(zone, date_trunc(unit, wall_time(ns, zone))))
  END;

-- Spans that came again with the id of a stored one, by the hour of their arrival: additive rows, always summed.
CREATE TABLE resent_spans (
  hour_ns BIGINT NOT NULL,
  spans BIGINT NOT NULL
);
