DROP TABLE chunk_prices
