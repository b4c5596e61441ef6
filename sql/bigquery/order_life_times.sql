-- How long orders stood between being placed and their last change, in seconds, by type and by how they ended.
-- BigQuery has only approximate quantiles for groups.
WITH life AS (
    SELECT order_type, status, TIMESTAMP_DIFF(update_time, create_time, MILLISECOND) / 1000 AS seconds
    FROM order_history
)
SELECT
    order_type,
    status,
    COUNT(*) AS orders,
    MIN(seconds) AS shortest,
    APPROX_QUANTILES(seconds, 100)[OFFSET(50)] AS median,
    APPROX_QUANTILES(seconds, 100)[OFFSET(95)] AS longest_of_95_percent,
    MAX(seconds) AS longest
FROM life
GROUP BY order_type, status
ORDER BY order_type, status;
