{#- written by `make generate` from the declared table and its JSON schema -#}
{{ cryptocom.staging(
    'ticker',
    key=["instrument"],
    columns={
        'instrument': 'text',
        'timestamp': 'time',
        'last_price': 'price',
        'bid': 'price',
        'bid_size': 'quantity',
        'ask': 'price',
        'ask_size': 'quantity',
        'high': 'price',
        'low': 'price',
        'change': 'price',
        'volume': 'quantity',
        'volume_value': 'amount',
        'open_interest': 'quantity',
    },
) }}
