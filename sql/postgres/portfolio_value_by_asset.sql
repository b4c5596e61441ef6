-- What the account holds of each asset, and what it is worth in US dollars. What is borrowed counts below zero.
SELECT
    instrument_name AS asset,
    CAST(quantity AS NUMERIC) AS quantity,
    CAST(market_value AS NUMERIC) AS value_usd,
    100 * CAST(market_value AS DOUBLE PRECISION) / NULLIF(SUM(CAST(market_value AS DOUBLE PRECISION)) OVER (), 0) AS share_percent
FROM user_balance
ORDER BY value_usd DESC, asset;
