{#- made by books/staging_models.py from the JSON schema of the table; `make models` makes it anew -#}
{{ cryptocom.staging(
    'expired_settlement_price',
    key=["instrument", "expiry_time"],
    columns={
        'instrument': 'text',
        'expiry_time': 'time',
        'value': 'price',
        'timestamp': 'time',
    },
) }}
