-- Trading fees per calendar month (UTC) and currency. The exchange books a charge below zero; here it counts above.
-- Fees that belong to no fill, such as those of withdrawals and liquidations, are in the ledger (`transaction`) only.
SELECT
    DATE_TRUNC(DATE(create_time), MONTH) AS month,
    fee_instrument_name AS currency,
    COUNT(*) AS fills,
    -SUM(CAST(fees AS BIGNUMERIC)) AS fees_paid
FROM user_trade
GROUP BY 1, 2
ORDER BY 1, 2;
