-- What the ledger realised each day (UTC), in the account's currency: funding, everything else, and a running total.
WITH entry AS (
    SELECT event_date, journal_type, CAST(realized_pnl AS NUMBER(38, 18)) AS realised
    FROM transaction
    WHERE realized_pnl IS NOT NULL
), per_day AS (
    SELECT
        event_date,
        SUM(CASE WHEN journal_type = 'FUNDING' THEN realised ELSE 0 END) AS funding,
        SUM(CASE WHEN journal_type <> 'FUNDING' THEN realised ELSE 0 END) AS other,
        SUM(realised) AS profit
    FROM entry
    GROUP BY event_date
)
SELECT
    event_date,
    funding,
    other,
    profit,
    SUM(profit) OVER (ORDER BY event_date) AS profit_so_far
FROM per_day
ORDER BY event_date;
