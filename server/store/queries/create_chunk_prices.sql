CREATE OR REPLACE TEMP TABLE chunk_prices (
  provider VARCHAR, model VARCHAR, request_model VARCHAR, tier VARCHAR, grain BIGINT, answer INTEGER, group_index INTEGER
)
