{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
{{ cryptocom.staging(
    'candlestick',
    key=["instrument", "timeframe", "timestamp"],
    columns={
        'instrument': 'text',
        'timeframe': 'text',
        'timestamp': 'time',
        'open': 'price',
        'high': 'price',
        'low': 'price',
        'close': 'price',
        'volume': 'quantity',
    },
) }}
