-- Trading fees per calendar month (UTC) and currency. The exchange books a charge below zero; here it counts above.
-- Fees that belong to no fill, such as those of withdrawals and liquidations, are in the ledger (`transaction`) only.
SELECT
    CAST(DATE_TRUNC('month', create_time) AS DATE) AS month,
    fee_instrument_name AS currency,
    COUNT(*) AS fills,
    -SUM(CAST(fees AS DECIMAL(38, 18))) AS fees_paid
FROM user_trade
GROUP BY 1, 2
ORDER BY 1, 2;
