-- Lines by their place in the table, which holds within the transaction, and what they are to cost.
CREATE OR REPLACE TEMP TABLE restating (row_id BIGINT, new_cost BIGINT, new_price_id VARCHAR, new_reason VARCHAR)
