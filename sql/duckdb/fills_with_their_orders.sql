-- Each fill beside its order, ended or still open, and how much better than its limit price it was, per base unit.
WITH all_orders AS (
    SELECT order_id, order_type, status, quantity, limit_price, create_time FROM order_history
    UNION ALL
    SELECT order_id, order_type, status, quantity, limit_price, create_time FROM open_order
    WHERE order_id NOT IN (SELECT order_id FROM order_history)
)
SELECT
    fill.trade_id,
    fill.create_time AS filled_at,
    fill.instrument_name,
    fill.side,
    CAST(fill.traded_quantity AS DECIMAL(38, 18)) AS quantity,
    CAST(fill.traded_price AS DECIMAL(38, 18)) AS price,
    fill.order_id,
    placed.order_type,
    placed.status,
    CAST(placed.quantity AS DECIMAL(38, 18)) AS quantity_ordered,
    CAST(placed.limit_price AS DECIMAL(38, 18)) AS limit_price,
    CASE fill.side WHEN 'BUY' THEN 1 ELSE -1 END
        * (CAST(placed.limit_price AS DECIMAL(38, 18)) - CAST(fill.traded_price AS DECIMAL(38, 18))) AS improvement,
    DATE_DIFF('millisecond', placed.create_time, fill.create_time) / 1000 AS seconds_after_order
FROM user_trade AS fill
LEFT JOIN all_orders AS placed ON placed.order_id = fill.order_id
ORDER BY fill.create_time, fill.trade_id;
