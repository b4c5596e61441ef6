{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'trading_bot_execution',
    key=["bot_id", "order_id"],
    columns={
        'bot_id': 'text',
        'order_id': 'text',
        'instrument_name': 'text',
        'symbol': 'text',
        'side': 'text',
        'order_status': 'text',
        'price': 'price',
        'quantity': 'quantity',
        'avg_price': 'price',
        'cum_qty': 'amount',
        'executed_percentage': 'amount',
        'schedule_time': 'time',
        'execution_time': 'time',
        'update_time': 'time',
    },
) }}
