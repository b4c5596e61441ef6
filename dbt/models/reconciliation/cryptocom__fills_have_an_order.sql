{{ config(alias='fills_have_an_order') }}
select
    {{ cryptocom.comparison(
        dbt.concat(["'fill '", 'trade_id', "' of order '", "coalesce(order_id, '?')"]),
        'instrument_name', 'filled_at', "'order'", '1', 'case when order_status is null then 0 else 1 end',
        'false', account='source_account'
    ) }}
from {{ ref('cryptocom', 'cryptocom__fill_with_order') }}
