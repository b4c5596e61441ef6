-- What derivatives realised each day (UTC) by the ledger, before fees: funding, the rest, both, and a running total.
-- Gains and losses of spot trades are not in it.
WITH entry AS (
    SELECT event_date, journal_type, CAST(realized_pnl AS BIGNUMERIC) AS pnl
    FROM `transaction`
    WHERE realized_pnl IS NOT NULL
), per_day AS (
    SELECT
        event_date,
        SUM(CASE WHEN journal_type = 'FUNDING' THEN pnl ELSE 0 END) AS funding,
        SUM(CASE WHEN journal_type <> 'FUNDING' THEN pnl ELSE 0 END) AS other,
        SUM(pnl) AS realised
    FROM entry
    GROUP BY event_date
)
SELECT
    event_date,
    funding,
    other,
    realised,
    SUM(realised) OVER (ORDER BY event_date) AS realised_so_far
FROM per_day
ORDER BY event_date;
