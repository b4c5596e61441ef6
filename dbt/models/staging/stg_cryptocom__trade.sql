{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'trade',
    key=["instrument", "trade_id"],
    columns={
        'instrument': 'text',
        'trade_id': 'text',
        'timestamp': 'time',
        'timestamp_ns': 'nanoseconds',
        'side': 'text',
        'price': 'price',
        'quantity': 'quantity',
        'match_id': 'text',
    },
) }}
