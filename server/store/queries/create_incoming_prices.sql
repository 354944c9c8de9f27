CREATE OR REPLACE TEMP TABLE incoming_prices (
  fact_key UBIGINT, provider VARCHAR, model VARCHAR, tier VARCHAR, unit VARCHAR, above_tokens BIGINT, amount BIGINT,
  valid_from_ns BIGINT, valid_to_ns BIGINT, daily_from VARCHAR, daily_to VARCHAR, source VARCHAR, checked_on VARCHAR,
  price_id VARCHAR
)
