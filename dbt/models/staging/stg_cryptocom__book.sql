{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
{{ cryptocom.staging(
    'book',
    key=["instrument", "timestamp"],
    columns={
        'instrument': 'text',
        'timestamp': 'time',
        'depth': 'integer',
        'bids': 'json',
        'asks': 'json',
    },
) }}
