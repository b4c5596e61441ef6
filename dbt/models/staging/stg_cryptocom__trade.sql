{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
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
