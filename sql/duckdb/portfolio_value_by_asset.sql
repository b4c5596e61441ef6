-- What the account holds of each asset, and what it is worth in US dollars. What is borrowed counts below zero.
SELECT
    instrument_name AS asset,
    CAST(quantity AS DECIMAL(38, 18)) AS quantity,
    CAST(market_value AS DECIMAL(38, 18)) AS value_usd,
    100 * CAST(market_value AS DOUBLE) / NULLIF(SUM(CAST(market_value AS DOUBLE)) OVER (), 0) AS share_percent
FROM user_balance
ORDER BY value_usd DESC, asset;
