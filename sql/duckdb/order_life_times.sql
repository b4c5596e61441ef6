-- How long orders stood between being placed and their last change, in seconds, by type and by how they ended.
WITH life AS (
    SELECT order_type, status, DATE_DIFF('millisecond', create_time, update_time) / 1000 AS seconds
    FROM order_history
)
SELECT
    order_type,
    status,
    COUNT(*) AS orders,
    MIN(seconds) AS shortest,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY seconds) AS longest_of_95_percent,
    MAX(seconds) AS longest
FROM life
GROUP BY order_type, status
ORDER BY order_type, status;
