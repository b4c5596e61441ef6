{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
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
