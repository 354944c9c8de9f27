DROP TABLE incoming_prices
